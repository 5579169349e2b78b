#!/usr/bin/env bash
# Runs npm run migration:rehearse from any folder, with the same arguments: rehearses the pending migrations on a copy of a database.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npm run --silent migration:rehearse -- "$@"
