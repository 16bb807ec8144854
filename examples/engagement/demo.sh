#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh - what `make demo` shows. The argument is the build folder.
set -eu
"$1/engagement"
