package dev.headgate.job;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The runs of a cron expression of five fields in a time zone. Plain arithmetic; thread-safe.
 *
 * @param text what it was made of, the zone included
 * @param anyHour whether its hour is {@code *}: then it goes by the time that passes, not by what the clocks show
 * @param catchUp whether runs that were missed, because no process was there, are made up for
 */
record CronSchedule(String text, ExecutionTime times, boolean anyHour, ZoneId zone, boolean catchUp) {

    /** A run that is this late was missed. */
    static final Duration GRACE = Duration.ofMinutes(1);

    private static final int MOST_AT_ONCE = 1_000;
    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    /** Runs to make now, and the one after them. */
    record Due(List<Instant> runs, Instant next) {}

    /** @throws IllegalArgumentException if it is no expression, or one without a run */
    static CronSchedule of(String expression, String zone, boolean catchUp) {
        Cron cron;
        try {
            cron = PARSER.parse(expression);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Expected a schedule of five fields such as \"15 3 * * *\" (minute, hour, day of month, month, day"
                            + " of week), found \"" + expression + "\": " + e.getMessage(),
                    e);
        }
        boolean anyHour =
                cron.retrieve(CronFieldName.HOUR).getExpression().asString().equals("*");
        return new CronSchedule(
                cron.asString() + " " + zone, ExecutionTime.forCron(cron), anyHour, ZoneId.of(zone), catchUp);
    }

    /**
     * The first run after the given time. A local time that the clocks leave out counts as long after midnight as if they
     * did not: 02:30 then comes at 03:30. One that comes twice counts the first time, unless the hour is any.
     */
    Instant next(Instant after) {
        Instant next = nextOnTheClock(after);
        return Stream.of(
                        zone.getRules().previousTransition(after.plusNanos(1)),
                        zone.getRules().nextTransition(after))
                .filter(change -> change != null && change.isGap())
                .flatMap(gap -> leftOut(gap, after).stream())
                .filter(run -> run.isBefore(next))
                .min(Instant::compareTo)
                .orElse(next);
    }

    /** Between two changes of the clocks local times are as even as those of UTC, which is all that the library is asked. */
    private Instant nextOnTheClock(Instant after) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(after);
        ZoneOffsetTransition change = rules.nextTransition(after);
        LocalDateTime run = after.atOffset(offset).toLocalDateTime();
        while (true) {
            run = nextLocal(run)
                    .orElseThrow(() -> new IllegalArgumentException("The schedule \"" + text + "\" never comes"));
            if (change != null && !run.toInstant(offset).isBefore(change.getInstant())) {
                offset = change.getOffsetAfter();
                run = change.getDateTimeAfter().minusNanos(1);
                change = rules.nextTransition(change.getInstant());
            } else if (anyHour || rules.getValidOffsets(run).indexOf(offset) == 0) {
                return run.toInstant(offset);
            }
        }
    }

    private Optional<LocalDateTime> nextLocal(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
    }

    private Optional<Instant> leftOut(ZoneOffsetTransition gap, Instant after) {
        LocalDateTime before = gap.getDateTimeBefore().minusNanos(1);
        LocalDateTime from = after.atOffset(gap.getOffsetBefore()).toLocalDateTime();
        return nextLocal(from.isBefore(before) ? before : from)
                .filter(run -> run.isBefore(gap.getDateTimeAfter()))
                .map(run -> run.toInstant(gap.getOffsetBefore()));
    }

    /**
     * What is due: from the next run that is not yet made to now. Of runs that were missed none, or with {@code catchUp} all,
     * a thousand at once.
     */
    Due due(Instant next, Instant now) {
        List<Instant> runs = new ArrayList<>();
        Instant run = next;
        if (!catchUp && run.isBefore(now.minus(GRACE))) {
            run = next(now.minus(GRACE).minusNanos(1));
        }
        while (!run.isAfter(now) && runs.size() < MOST_AT_ONCE) {
            runs.add(run);
            run = next(run);
        }
        return new Due(runs, run);
    }
}
