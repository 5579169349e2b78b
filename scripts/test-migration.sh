#!/usr/bin/env bash
# Rehearses the pending migrations on a copy of a database: npm run migration:rehearse, from anywhere, with the same arguments.
set -euo pipefail
cd "$(dirname "$0")/.."
exec npm run --silent migration:rehearse -- "$@"
