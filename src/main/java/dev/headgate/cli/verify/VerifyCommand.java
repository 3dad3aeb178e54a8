package dev.headgate.cli.verify;

import dev.headgate.app.Retrace;
import dev.headgate.cli.command.AgeConverter;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.verify.Discrepancy.Examples;
import dev.headgate.cli.verify.Discrepancy.Kind;
import dev.headgate.cli.verify.Discrepancy.Severity;
import dev.headgate.database.Database;
import dev.headgate.database.Installation;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.job.OrphanJobs;
import dev.headgate.kafka.TopicLog;
import dev.headgate.ledger.Incarnations;
import dev.headgate.ledger.LedgerTable;
import dev.headgate.message.ReplaySeal;
import dev.headgate.message.SourcePosition;
import dev.headgate.outbox.DeliveredEntries;
import dev.headgate.position.PositionTable;
import dev.headgate.s3.ManifestCheck;
import dev.headgate.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code headgate verify}: exit code 0 if the promises hold, 1 if one does not. */
@CommandLine.Command(
        name = "verify",
        description =
                "Hold source, ledger, dead letters, outbox, objects and jobs against each other, and say whether the promises hold.",
        footer = {
            "",
            "Only reads, and may run beside the flow. A record is led through its route's steps up to the batch, as a redelivered one",
            "is; steps that ask other servers are left out."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class VerifyCommand extends DatabaseCommand {

    /** Whoever executes jobs looks for those of lost leases every few seconds. */
    private static final Duration RESCUED_BY = Duration.ofMinutes(1);

    private static final int MOST_ORPHANS = 1_000;

    @Option(
            names = "--pipeline",
            paramLabel = "NAME",
            description = "Only this pipeline: its source, and what it has written.")
    private @Nullable String pipeline;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            converter = AgeConverter.class,
            description = "Only what is younger than this, such as 30m or 2d (default: all that there is).")
    private @Nullable Duration since;

    @Option(
            names = "--sample",
            paramLabel = "N",
            description =
                    "At most N records of each partition: of a source ten ranges of it, of the outbox's topics the newest (default: all).")
    private @Nullable Integer sample;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    protected void checkUsage() {
        if (sample != null && sample < 1) {
            throw new ParameterException(spec().commandLine(), "--sample must be 1 or more, found " + sample);
        }
    }

    @Override
    protected Database open(Settings settings) {
        return Database.toRead(settings);
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        Instant now = InstantSource.system().instant();
        Options options = new Options(pipeline, since == null ? null : now.minus(since), sample, now, this::say);
        Installation installation = Installation.read(dataSource);
        Report report;
        try (Retrace retrace = Retrace.start(routes(), settings)) {
            report = report(retrace, settings, dataSource, installation, options);
        }
        out().print(json ? report.json() : report.text());
        out().flush();
        return report.kept() ? 0 : 1;
    }

    private Report report(
            Retrace retrace, Settings settings, DataSource dataSource, Installation installation, Options options) {
        if (pipeline != null
                && retrace.pipelines().stream().noneMatch(known -> options.concerns(known.name()))
                && !retrace.unread().contains(pipeline)) {
            throw new ParameterException(
                    spec().commandLine(),
                    "There is no pipeline %s: known are %s"
                            .formatted(
                                    pipeline,
                                    retrace.pipelines().stream()
                                            .map(Retrace.Pipeline::name)
                                            .toList()));
        }
        ReplaySeal seal = new ReplaySeal(installation::secret);
        Incarnations incarnations = new Incarnations(dataSource);
        DeadLetterTable deadLetters = new DeadLetterTable(dataSource);
        List<Discrepancy> found = new ArrayList<>();

        SourceProof source = new SourceProof(
                retrace,
                new LedgerTable(dataSource),
                deadLetters,
                new PositionTable(dataSource).all(),
                options,
                settings);
        for (Retrace.Pipeline known : retrace.pipelines()) {
            if (options.concerns(known.name())) {
                try (TopicLog log = new TopicLog(known.source(), incarnations::known, seal)) {
                    source.look(known, log);
                }
            }
        }
        retrace.unread().stream()
                .filter(options::concerns)
                .forEach(route -> found.add(notLookedAt(
                        route, "its source", "keeps no log of what it had", "only what was written is looked at.")));

        OutboxProof outbox = new OutboxProof(new DeliveredEntries(dataSource), deadLetters, options);
        for (Retrace.Relay relay : retrace.relays()) {
            if (relay.targets().size() == 1 && relay.targets().get(0).startsWith("kafka:")) {
                KafkaEndpoint target =
                        retrace.camelContext().getEndpoint(relay.targets().get(0), KafkaEndpoint.class);
                // What a relay has aborted was never sent, whoever reads it.
                target.getConfiguration().setIsolationLevel("read_committed");
                try (TopicLog log = new TopicLog(target, incarnations::known, seal)) {
                    outbox.look(relay, target.getConfiguration().getTopic(), log);
                }
            } else {
                outbox.pending(relay);
                found.add(notLookedAt(
                        relay.route(),
                        "outbox:" + relay.destination(),
                        "does not lead to one topic of Kafka",
                        "what its target has is not known."));
            }
        }
        found.addAll(source.found());
        found.addAll(outbox.found());
        found.addAll(objects(retrace, dataSource, options));
        if (pipeline == null) {
            found.addAll(jobs(dataSource));
        }
        found.sort(Comparator.comparing(Discrepancy::severity));
        boolean kept = found.stream().noneMatch(finding -> finding.severity() == Severity.ERROR);
        return new Report(kept, source.accounts(), outbox.accounts(), found);
    }

    private static Discrepancy notLookedAt(String route, String where, String what, String remedy) {
        return new Discrepancy(Kind.NOT_LOOKED_AT, Severity.NOTE, route, where, 0, List.of(), what, remedy);
    }

    private List<Discrepancy> objects(Retrace retrace, DataSource dataSource, Options options) {
        List<Discrepancy> found = new ArrayList<>();
        ManifestCheck check = new ManifestCheck(dataSource);
        for (String uri : retrace.objects().stream().distinct().toList()) {
            String bucket = uri.replaceFirst("^objects:(//)?", "").replaceFirst("[?].*", "");
            Examples missing = new Examples();
            Examples different = new Examples();
            check.run(
                    retrace.camelContext(),
                    uri,
                    pipeline,
                    options.since() == null ? Instant.EPOCH : options.since(),
                    (named, key, bytes, stored) -> {
                        if (stored == null) {
                            missing.add("s3://" + bucket + "/" + key, named);
                        } else if (stored != bytes) {
                            different.add("s3://" + bucket + "/" + key, "%d bytes, not %d".formatted(stored, bytes));
                        }
                    });
            if (!missing.isEmpty()) {
                found.add(missing.as(
                        Kind.OBJECT_MISSING,
                        Severity.ERROR,
                        null,
                        bucket,
                        "lacks %d objects that the manifest names",
                        "restore them; if a lifecycle rule of the bucket removes objects, delete their rows too."));
            }
            if (!different.isEmpty()) {
                found.add(different.as(
                        Kind.OBJECT_DIFFERS,
                        Severity.ERROR,
                        null,
                        bucket,
                        "has %d objects of another size than the manifest says",
                        "find out who writes to the bucket; restore them."));
            }
        }
        return found;
    }

    private static List<Discrepancy> jobs(DataSource dataSource) {
        Examples orphans = new Examples();
        new OrphanJobs(dataSource)
                .find(RESCUED_BY, MOST_ORPHANS)
                .forEach(orphan -> orphans.add(
                        new SourcePosition.Job(orphan.queue(), orphan.id()).toString(), "since " + orphan.since()));
        return orphans.isEmpty()
                ? List.of()
                : List.of(orphans.as(
                        Kind.ORPHAN_JOB,
                        Severity.ERROR,
                        null,
                        "headgate.job",
                        "has %d jobs that are being executed by no process that lives",
                        "start a process with a route from: job:QUEUE, which rescues them within seconds."));
    }
}
