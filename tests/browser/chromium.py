"""Which browser the tests and the page bench open, and how: it asks nobody for anything by itself."""

import os
import shutil

# The first is the quickest.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NONE = "no Chromium found: `make test` installs it or says what to install"


def path() -> str | None:
    """Chromium or Chrome; `CHROMIUM` names another one."""
    named = (os.environ.get("CHROMIUM", ""), *BROWSERS)
    return next((found for name in named if (found := shutil.which(name))), None)
