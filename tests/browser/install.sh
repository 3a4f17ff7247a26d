#!/bin/sh
# Sees to a Chromium and a font with Chinese characters, which the browser tests need and pip cannot install.
# As root on Debian or Ubuntu it installs them; elsewhere it says what to install, and fails.
set -eu

browser=
for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then
        browser=$name
        break
    fi
done

# Without fontconfig (macOS) the system brings its own Chinese fonts.
font=yes
if [ "$(uname -s)" = Linux ] && ! fc-list :lang=zh-tw 2>/dev/null | grep -q .; then
    font=
fi

if [ -n "$browser" ] && [ -n "$font" ]; then
    exit 0
fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium and a Chinese font for the browser tests."
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q -o Acquire::Retries=3 update
    install() { apt-get -q -y -o Acquire::Retries=3 install --no-install-recommends "$@" fontconfig fonts-noto-cjk; }
    # The shell is Chromium without windows and menus; older releases have only the whole.
    install chromium-headless-shell || install chromium
    exit 0
fi

echo "The browser tests need Chromium (or Chrome) and a font with Chinese characters. Please install them:" >&2
echo "  Debian, Ubuntu: sudo apt-get install chromium fonts-noto-cjk" >&2
echo "  Fedora:         sudo dnf install chromium google-noto-sans-cjk-fonts" >&2
echo "  elsewhere:      install Chrome, and name it: CHROMIUM=/path/to/chrome make test" >&2
exit 1
