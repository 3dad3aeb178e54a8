package dev.headgate.cli.deadletters;

import dev.headgate.app.RouteSources;
import dev.headgate.app.SendingContext;
import dev.headgate.cli.checks.KafkaCheck;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.Progress;
import dev.headgate.deadletter.ConsumedSources;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.ReplayPlan;
import dev.headgate.deadletter.ReplayReport;
import dev.headgate.deadletter.Replayer;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code headgate dead-letters replay}. */
@CommandLine.Command(
        name = "replay",
        description = "Send dead letters to where they came from, to pass their whole pipeline again.",
        footer = {
            "",
            "In the order of their ids; those held behind one of them follow it. What has taken effect meanwhile takes",
            "none again. One that is refused again is dead again, with its attempts added up.",
            "",
            "Of each reason one is sent first, the others when its pipeline has applied one: no more are sent of a",
            "reason for which one is refused again. So the pipelines must be running, here or elsewhere. Exits with 1",
            "if one was refused again or some were left."
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DeadLettersReplay extends DatabaseCommand {

    private static final int SHOWN = 3;

    @Parameters(paramLabel = "ID", description = "The ids of dead letters.")
    private List<Long> ids = List.of();

    @Mixin
    private DeadLetterTarget target;

    @Option(names = "--dry-run", description = "Only say what would be replayed.")
    private boolean dryRun;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Most messages a second (default: as fast as they are applied).")
    private @Nullable Integer rate;

    @Option(names = "--force", description = "Send all, whether they are refused again or not.")
    private boolean force;

    @Override
    protected void checkUsage() {
        if (rate != null && rate < 1) {
            throw new ParameterException(spec().commandLine(), "--rate must be 1 or more, found " + rate);
        }
        target.selection(ids);
    }

    @Override
    protected int run(Settings settings, DataSource dataSource) {
        int maxReplays = settings.getInt(SettingKey.DEAD_LETTERS_MAX_REPLAYS);
        ConsumedSources consumed = RouteSources.of(settings, routes());
        ReplayPlan plan = Replayer.plan(
                dataSource, target.dead(new DeadLetterTable(dataSource), ids, "replayed"), consumed, maxReplays);
        sayWhatIsSkipped(plan, maxReplays);
        if (plan.letters().isEmpty()) {
            say("No dead letters to replay.");
            return 0;
        }
        if (dryRun) {
            out().println("Would replay " + counts(plan) + ".");
            out().flush();
            return 0;
        }
        KafkaCheck.of(settings).ifPresent(KafkaCheck::run);
        try (SendingContext sending = SendingContext.start(settings)) {
            Replayer replayer = new Replayer(dataSource, sending.template(), consumed, maxReplays);
            return force ? send(replayer, plan) : replay(replayer, plan);
        }
    }

    private int send(Replayer replayer, ReplayPlan plan) {
        Progress progress = new Progress(this::say, "Sent", plan.letters().size());
        long sent = replayer.send(plan, perSecond(), progress::reached);
        long missed = plan.letters().size() - sent;
        print("Sent " + (missed == 0 ? counts(plan) : DeadLetterText.count(sent) + missed(missed)));
        return 0;
    }

    private int replay(Replayer replayer, ReplayPlan plan) {
        Progress sending = new Progress(this::say, "Sent", plan.letters().size());
        Progress ending = new Progress(this::say, "Of those sent it is known what became of", -1);
        ReplayReport report = replayer.replay(plan, perSecond(), Replayer.PATIENCE, now -> {
            sending.reached(now.sent());
            if (now.unknown() > 0) {
                ending.reached(now.sent() - now.unknown());
            }
        });
        boolean all = report.sent() == plan.letters().size();
        print("Replayed "
                + (all ? counts(plan) : DeadLetterText.count(report.sent()))
                + (report.missed() == 0 ? "" : missed(report.missed())));
        DeadLetterText.complaints(report, Replayer.PATIENCE).forEach(this::say);
        return report.refused() == 0 && report.left() == 0 ? 0 : 1;
    }

    private int perSecond() {
        return rate == null ? Integer.MAX_VALUE : rate;
    }

    private void print(String result) {
        out().println(result + ".");
        out().flush();
    }

    private static String missed(long missed) {
        return "; " + missed + " were no longer dead when their turn came";
    }

    private void sayWhatIsSkipped(ReplayPlan plan, int maxReplays) {
        if (plan.exhausted() > 0) {
            say("Skipped " + DeadLetterText.count(plan.exhausted()) + ", replayed " + maxReplays
                    + " times already, which is the most that headgate.dead-letters.max-replays allows.");
        }
        if (plan.cut() > 0) {
            say("Skipped " + DeadLetterText.count(plan.cut())
                    + " too large to be kept whole: what is here is only the beginning. Raise headgate.message.max-bytes and"
                    + " send them again from where they came, or discard them.");
        }
        if (plan.unsendable() > 0) {
            say("Skipped " + DeadLetterText.count(plan.unsendable()) + ", for no route of " + routes()
                    + " consumes where they came from: "
                    + plan.elsewhere().stream().sorted().limit(SHOWN).collect(Collectors.joining(", "))
                    + (plan.elsewhere().size() > SHOWN ? ", ..." : "")
                    + ". Name the folder that does with --routes.");
        }
    }

    private static String counts(ReplayPlan plan) {
        Map<String, Long> pipelines = new TreeMap<>(plan.pipelines());
        long followers = plan.letters().size() - plan.chosen();
        return DeadLetterText.count(plan.chosen())
                + (followers == 0 ? "" : " and " + followers + " held behind " + (plan.chosen() == 1 ? "it" : "them"))
                + " (" + DeadLetterText.pairs(pipelines) + ")";
    }
}
