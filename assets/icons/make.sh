#!/usr/bin/env bash
# Draws the icon files from tiexin.svg. Needs librsvg2-bin and imagemagick; the results are committed.
set -euo pipefail
cd "$(dirname "$0")"
draw() { rsvg-convert --width "$1" --height "$1" --output "$2" tiexin.svg; }
for size in 32 128 512; do draw "$size" "${size}x${size}.png"; done
draw 256 128x128@2x.png
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for size in 16 24 32 48 64 256; do draw "$size" "$work/$size.png"; done
convert "$work"/{16,24,32,48,64,256}.png tiexin.ico
