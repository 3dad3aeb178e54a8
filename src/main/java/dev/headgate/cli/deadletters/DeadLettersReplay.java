package dev.headgate.cli.deadletters;

import dev.headgate.app.RouteSources;
import dev.headgate.app.SendingContext;
import dev.headgate.cli.checks.KafkaCheck;
import dev.headgate.cli.command.DatabaseCommand;
import dev.headgate.cli.command.Progress;
import dev.headgate.deadletter.ConsumedSources;
import dev.headgate.deadletter.DeadLetterTable;
import dev.headgate.deadletter.ReplayPlan;
import dev.headgate.deadletter.Replayer;
import dev.headgate.settings.SettingKey;
import dev.headgate.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
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
            "none again. One that is refused again is dead again, with its attempts added up."
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
            defaultValue = "500",
            description = "Most messages a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Override
    protected void checkUsage() {
        if (rate < 1) {
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
        } else {
            KafkaCheck.of(settings).ifPresent(KafkaCheck::run);
            out().println("Replayed " + replay(settings, dataSource, plan, consumed, maxReplays) + ".");
        }
        out().flush();
        return 0;
    }

    private String replay(
            Settings settings, DataSource dataSource, ReplayPlan plan, ConsumedSources consumed, int maxReplays) {
        Progress progress = new Progress(this::say, "Replayed", plan.letters().size());
        try (SendingContext sending = SendingContext.start(settings)) {
            long sent = new Replayer(dataSource, sending.template(), consumed, maxReplays)
                    .replay(plan, rate, progress::reached);
            long missed = plan.letters().size() - sent;
            return missed == 0
                    ? counts(plan)
                    : DeadLetterText.count(sent) + "; " + missed + " were no longer dead when their turn came";
        }
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
