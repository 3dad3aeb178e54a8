#!/usr/bin/env bash
# The image without Docker: carries out the Dockerfile's instructions in an empty folder, where what its COPY lines forget
# is missing, and runs each shipped pipeline in what comes out, on embedded servers of this checkout. Of the base images it
# has only this machine's Java and Maven.
set -euo pipefail
cd "$(dirname "$0")/../.."
./headgate --version >/dev/null # builds it if it must

work=$(mktemp -d)
run=
finish() {
    [[ -z $run ]] || kill -KILL "$run" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

fail() {
    echo "image: $1" >&2
    [[ ! -f $work/log ]] || cat "$work/log" >&2
    exit 1
}

# [--from=STAGE] SOURCE... TARGET
copy() {
    local from=.
    if [[ $1 == --from=* ]]; then
        from=$work/${1#--from=}
        shift
    fi
    local target=$folder/${!#} source
    for source in "${@:1:$#-1}"; do
        if [[ -d $from/$source ]]; then
            mkdir -p "$target" && cp -R "$from/$source/." "$target"
        else
            [[ $target == */ ]] && mkdir -p "$target" || mkdir -p "$(dirname "$target")"
            cp "$from/$source" "$target"
        fi || fail "COPY $source: it is not there"
    done
}

folder=
while read -r instruction arguments; do
    # What a start has learned is left out: without it, or with that of another Java, an image runs all the same.
    [[ ${stage:-} != train || $instruction == FROM ]] || continue
    [[ $arguments != --from=train* ]] || {
        echo "of another Java" >"$folder/${arguments##* }"
        continue
    }
    case $instruction in
        FROM) [[ $arguments =~ \ AS\ (.+) ]] && stage=${BASH_REMATCH[1]} || stage=image ;;
        WORKDIR) folder=$work/$stage$arguments && mkdir -p "$folder" ;;
        # shellcheck disable=SC2086 # they are several words
        COPY) copy $arguments ;;
        RUN)
            if [[ $stage == build ]]; then
                echo "image: $arguments"
                (cd "$folder" && eval "$arguments") </dev/null || fail "It cannot be built from what is copied"
            fi
            ;;
        ENV) eval "export $arguments" ;;
        HEALTHCHECK) health_check=$(sed -E 's/.*"-c", *"(.*)"\]$/\1/; s/\\(.)/\1/g' <<<"$arguments") ;;
    esac
done < <(sed -E '/^#/d' src/deploy/Dockerfile | sed -E ':again; /\\$/ { N; s/\\\n//; b again }')

different=$(comm -23 <(ls "$folder/target/lib") <(ls target/dev/lib))
[[ -z $different ]] || fail "Tests and demo run with other versions of $different"

"$folder/headgate" --help >"$work/log" || fail "No help"

# The commands of the page about plugins, and routes that need what they bring.
echo "image: plugins"
cp -R "$folder/routes/s3" "$folder/routes/json"
sed -i 's|- to: { id: orders-archive-batch|- unmarshal: { json: {} }\n              &|' "$folder"/routes/json/*.camel.yaml
check() { (cd "$folder" && ./headgate check routes/json) >"$work/log" 2>&1; }
! check && grep -q "the data format jackson .*: put its jar into the folder plugins" "$work/log" || fail "What is missing is not said"
sed -n 's/^mvn /&-q -B -ntp /p' src/docs/plugins.md >"$work/plugins"
(cd "$folder" && . "$work/plugins") || fail "The plugins cannot be fetched"
check || fail "The plugins are not on the class path"
rm -r "$folder/routes/json"

coproc servers { exec ./headgate servers; }
servers_pid=$servers_PID
while IFS= read -r line && [[ -n $line ]]; do
    echo "$line"
done <&"${servers[0]}" >"$work/servers.properties"
[[ -n ${servers[1]:-} && -s $work/servers.properties ]] || fail "The embedded servers do not start"

export HEADGATE_MANAGEMENT_TOKEN=image
find routes -name '*.camel.yaml' -printf '%h\n' | sort -u >"$work/pipelines"
while read -r routes; do
    echo "image: run --routes $routes"
    (cd "$folder" && exec ./headgate run --routes "$routes" --config "$work/servers.properties") \
        >"$work/log" 2>&1 </dev/null &
    run=$!
    SECONDS=0
    until bash -c "$health_check" 2>/dev/null; do
        kill -0 "$run" 2>/dev/null || fail "It has ended"
        [[ $SECONDS -lt 120 ]] || fail "It is not healthy after two minutes"
        sleep 0.3
    done
    kill "$run"
    wait "$run" || fail "At SIGTERM it ended with $?"
    run=
done <"$work/pipelines"

exec {servers[1]}>&-
wait "$servers_pid" || fail "The embedded servers ended with $?"
echo "image: all pipelines were healthy and stopped"
