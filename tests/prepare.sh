#!/usr/bin/env bash
# What the browser tests need beyond Python packages: Chromium and a Chinese font, from the system's packages when we are root.
# Without them the browser tests say plainly that they did not run.
set -u
# Playwright's driver needs libatomic, which a bare Debian does not have.
libatomic=$(ls /usr/lib/*/libatomic.so.1 /lib/*/libatomic.so.1 2>/dev/null | head -1)
if command -v chromium >/dev/null && [ -n "$libatomic" ] && fc-list 2>/dev/null | grep -qi "cjk\|wqy\|noto sans sc"; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Chromium or a Chinese font is missing; install chromium, fonts-wqy-zenhei and libatomic1 for the browser tests." >&2
  exit 0
fi
echo "Installing Chromium and a Chinese font for the browser tests …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-wqy-zenhei fontconfig libatomic1 >/dev/null || true
exit 0
