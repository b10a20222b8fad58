"""Previews beside the fields that they are made of: what page and frame may do."""

from subscriptions.web.headers import PUBLIC_CSP

# The page: one frame, and the script that keeps it up to date.
BUILDER = PUBLIC_CSP | {"script-src": "'self'", "frame-src": "'self'"}
# The form in the frame, with a logo that isn't kept yet in itself. It does nothing there.
FRAMED_FORM = PUBLIC_CSP | {
    "img-src": "'self' data:",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "allow-same-origin",
}
# A mail in the frame has its style in itself.
FRAMED_MAIL = FRAMED_FORM | {"style-src": "'self' 'unsafe-inline'"}
SAME_ORIGIN = "SAMEORIGIN"  # for browsers that don't know frame-ancestors
