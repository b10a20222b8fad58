// Keeps the preview up to date: presses its button a moment after each change. Without this script
// the button is pressed by hand.
const button = document.querySelector("[formtarget]");
let frame = document.querySelector("iframe");
let waiting, count = 0;

// Each time in a new frame, so that the browser's way back doesn't lead through every change.
function show() {
  const next = frame.cloneNode();
  next.name = button.formTarget = `preview-${++count}`;
  next.hidden = true;
  frame.after(next);
  next.addEventListener("load", () => {
    if (next !== frame || next.contentWindow.location.href === "about:blank") return;
    const shown = document.querySelector("iframe:not([hidden])");
    const seen = shown.contentWindow.scrollY;
    for (const other of document.querySelectorAll("iframe")) if (other !== next) other.remove();
    next.hidden = false;
    next.contentWindow.scrollTo(0, seen);
  });
  frame = next;
  button.click();
}

button.form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 400);
});
show();
