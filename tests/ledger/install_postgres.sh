#!/bin/sh
# Installs Debian's PostgreSQL for the ledger's tests, without the cluster that Debian would start.
# Does nothing where it is installed. Needs root and apt.
set -eu
ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1 && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "PostgreSQL is not installed, and installing it needs root and apt" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq postgresql-common
sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
    /etc/postgresql-common/createcluster.conf
apt-get install -y -qq postgresql
