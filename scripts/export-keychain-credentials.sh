#!/bin/sh
# Prints the login of Claude Code on this computer as JSON, to be uploaded to a machine:
#
#     scripts/export-keychain-credentials.sh > credentials.json
#
# macOS keeps it in the Keychain (item `Claude Code-credentials`), other systems in a file of the CLI's config folder.
# Nothing but the JSON goes to stdout; what is wrong goes to stderr. It is a secret: delete the file after the upload.
set -eu

ITEM="Claude Code-credentials"
FILE="${CLAUDE_CONFIG_DIR:-${HOME:-}/.claude}/.credentials.json"

NOT_THERE=3

fail() {
    printf 'export-keychain-credentials: %s\n' "$1" >&2
    exit "${2:-1}"
}

from_keychain() {
    command -v security >/dev/null 2>&1 || fail "there is no \`security\` command, so the Keychain cannot be read."
    code=0
    found=$(security find-generic-password -s "$ITEM" -a "${USER:-$(id -un)}" -w 2>/dev/null) || code=$?
    case $code in
        0) ;;
        44) return "$NOT_THERE" ;;
        36 | 51 | 128) fail "the Keychain is locked or access was refused. Unlock it, allow the access, and try again." ;;
        *) fail "the Keychain could not be read (security ended with $code)." ;;
    esac
    # What holds bytes beyond ASCII is printed in hexadecimal.
    case $found in
        *[!0-9a-fA-F]* | '') ;;
        *) found=$(printf '%s' "$found" | xxd -r -p) ;;
    esac
    printf '%s\n' "$found"
}

from_file() {
    [ -e "$FILE" ] || return "$NOT_THERE"
    [ -r "$FILE" ] || fail "$FILE may not be read by $(id -un)."
    cat -- "$FILE"
}

# Whether stdin is JSON that holds a login.
is_login() {
    if command -v python3 >/dev/null 2>&1; then
        python3 -c '
import json, sys
try:
    login = json.load(sys.stdin)["claudeAiOauth"]
    ok = all(isinstance(login[name], str) and login[name] for name in ("accessToken", "refreshToken"))
except (ValueError, KeyError, TypeError):
    ok = False
sys.exit(0 if ok else 1)'
    elif command -v jq >/dev/null 2>&1; then
        jq -e '.claudeAiOauth | (.accessToken | length > 0) and (.refreshToken | length > 0)' >/dev/null 2>&1
    else
        grep -q '"claudeAiOauth"'
    fi
}

[ $# -eq 0 ] || fail "it takes no arguments; it prints the login to stdout." 2

code=$NOT_THERE
where=$FILE
if [ "$(uname -s)" = Darwin ]; then
    where="the Keychain (item \`$ITEM\`), nor in $FILE"
    code=0
    login=$(from_keychain) || code=$?
fi
# Where the Keychain was never used, over ssh for instance, there is a file on macOS, too.
if [ "$code" -eq "$NOT_THERE" ]; then
    code=0
    login=$(from_file) || code=$?
fi
case $code in
    0) ;;
    "$NOT_THERE") fail "there is no login of Claude Code in $where. Run \`claude\` and log in first." ;;
    *) exit "$code" ;; # what is wrong has been said
esac

printf '%s' "$login" | is_login || fail "what was found is no login of Claude Code. Run \`claude\`, log in again, and try again."
printf '%s\n' "$login"
