#!/usr/bin/env bash
# Builds and runs each sample as somebody else would, on embedded servers of this checkout, and asks the database what
# became of its message. Installs Headgate's jar into Maven's local repository, which a release does otherwise.
set -euo pipefail
cd "$(dirname "$0")/../../.."
export MAVEN_OPTS=-XX:TieredStopAtLevel=1 HEADGATE_JAVA_OPTS=-XX:TieredStopAtLevel=1
./headgate --version >/dev/null # builds it if it must

work=$(mktemp -d)
log=/dev/null
sample=
finish() {
    [[ -z $sample ]] || kill -KILL "$sample" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "samples: $1" >&2
    cat "$log" >&2
    exit 1
}

coproc servers { exec ./headgate servers; }
servers_pid=$servers_PID

mvn -q -B -ntp -N install:install-file -Dfile=pom.xml -DpomFile=pom.xml -Dpackaging=pom
mvn -q -B -ntp -N install:install-file -Dfile=target/headgate.jar -DpomFile=src/main/pom.xml
cp -R src/docs/samples/*/ "$work"
for folder in src/docs/samples/*/; do
    name=$(basename "$folder")
    log=$work/$name/log
    echo "samples: $name is built"
    (cd "$work/$name" && mvn -q -B -ntp -DoutputDirectory=target/lib package dependency:copy-dependencies) \
        >"$log" 2>&1 || fail "It cannot be built"
done

while IFS= read -r line && [[ -n $line ]]; do
    echo "$line"
done <&"${servers[0]}" >"$work/servers"
setting() { sed -n "s|^$1=||p" "$work/servers"; }
DATABASE_URL=$(setting headgate.database.url)
DATABASE_USER=$(setting headgate.database.user)
DATABASE_PASSWORD=$(setting headgate.database.password)
KAFKA_BROKERS=$(setting camel.component.kafka.brokers)
export DATABASE_URL DATABASE_USER DATABASE_PASSWORD KAFKA_BROKERS
[[ -n $DATABASE_URL && -n $KAFKA_BROKERS ]] || fail "The embedded servers do not start"
sql() { PGPASSWORD=$DATABASE_PASSWORD psql -qAtX -v ON_ERROR_STOP=1 -U "$DATABASE_USER" "${DATABASE_URL#jdbc:}" "$@"; }

./headgate schema | sql
sql -c "create table sample_orders (order_id text primary key, amount numeric not null)"
for folder in src/docs/samples/*/; do
    name=$(basename "$folder")
    log=$work/$name/log
    echo "samples: $name runs"
    sql -c "truncate sample_orders"
    java -cp "$work/$name/target/classes:$work/$name/target/lib/*" com.example.Application >"$log" 2>&1 </dev/null &
    sample=$!
    SECONDS=0
    until [[ $(sql -c "select order_id, amount from sample_orders") == "a|12.50" ]]; do
        kill -0 "$sample" 2>/dev/null || fail "It has ended"
        [[ $SECONDS -lt 120 ]] || fail "Its order is not in the table after two minutes"
        sleep 0.3
    done
    kill "$sample"
    wait "$sample" || [[ $? == 143 ]] || fail "At SIGTERM it ended with $?"
    sample=
done
[[ $(sql -c "select count(*) from headgate.ledger") == "$(find src/docs/samples/* -maxdepth 0 -type d | wc -l)" ]] ||
    fail "The ledger does not have one message of each"

exec {servers[1]}>&-
wait "$servers_pid" || fail "The embedded servers ended with $?"
echo "samples: the message of each is in the table, once"
