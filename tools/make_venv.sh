#!/bin/sh
# Make a virtual environment: make_venv.sh FOLDER [PYTHON]. Says in a sentence what is missing.
set -eu
folder=$1
wanted='import sys; sys.exit(sys.version_info < (3, 11))'

for python in ${2:-python3 python3.14 python3.13 python3.12 python3.11}; do
    command -v "$python" >/dev/null 2>&1 && "$python" -c "$wanted" && break
    python=
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed; ${2:-python3} is older or missing. Name another: make PYTHON=python3.12 ..." >&2
    exit 1
fi

echo "Making $folder with $("$python" --version) ..."
"$python" -m venv "$folder" >/dev/null 2>&1 && exit 0
rm -rf "$folder"
# Debian and Ubuntu ship Python without the part that puts pip into an environment.
"$python" -m virtualenv --quiet "$folder" 2>/dev/null && exit 0
rm -rf "$folder"
echo "$python cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv" >&2
exit 1
