#!/bin/sh
# Make the files of ./secrets that compose.yaml reads: make_secrets.sh [FOLDER]. What is there already is left alone.
set -eu
folder=${1:-secrets}
umask 077
mkdir -p "$folder"

make() { # make NAME COMMAND...: the command's output, without a line's end, into a new file
    name=$1
    shift
    [ -e "$folder/$name" ] || printf %s "$("$@")" >"$folder/$name"
}

make database_password openssl rand -hex 24
make app_password openssl rand -hex 24
make owner_url echo "postgresql://rrt_owner:$(cat "$folder/database_password")@database/rrt"
make database_url echo "postgresql://rrt_app:$(cat "$folder/app_password")@database/rrt"
make secret_key openssl rand -base64 48
make data_keys openssl rand -base64 32
make lookup_key openssl rand -base64 32
make metrics_token openssl rand -hex 32
# Containers run as 10001: the files are theirs to read, the folder is nobody's but yours to enter.
chmod 700 "$folder"
chmod 444 "$folder"/*
[ -e "$folder/twilio_auth_token" ] || echo "Now write Twilio's auth token into $folder/twilio_auth_token, without a line's end."
