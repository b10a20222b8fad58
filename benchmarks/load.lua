-- Sends the requests of a file, one line each: METHOD, path and body, parted by tabs.
-- Every thread takes its own lines, so no two requests carry the same address or token.
-- Arguments: the file, the number of threads, the expected status.

local threads = {}

function setup(thread)
  thread:set("id", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  local path, count, wanted = args[1], tonumber(args[2]), tonumber(args[3])
  expected, unexpected, unexpected_status, turns = wanted, 0, 0, 0
  lines, position, line_number = {}, 0, 0
  for line in io.lines(path) do
    if line_number % count == id then lines[#lines + 1] = line end
    line_number = line_number + 1
  end
end

function request()
  if position == #lines then
    position, turns = 0, turns + 1
  end
  position = position + 1
  local method, path, body = lines[position]:match("^(%u+)\t([^\t]*)\t(.*)$")
  return wrk.format(method, path, nil, body)
end

function response(status)
  if status ~= expected then
    unexpected, unexpected_status = unexpected + 1, status
  end
end

function done(summary, latency)
  local wrong, last_wrong, reused = 0, 0, false
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("unexpected")
    last_wrong = math.max(last_wrong, thread:get("unexpected_status"))
    reused = reused or thread:get("turns") > 0
  end
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "longest": %d, '
      .. '"unexpected": %d, "last_unexpected": %d, "broken": %d, "reused": %s}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    latency.max, wrong, last_wrong,
    errors.connect + errors.read + errors.write + errors.timeout, tostring(reused)))
end
