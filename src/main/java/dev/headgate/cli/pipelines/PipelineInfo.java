package dev.headgate.cli.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.cli.command.Details;
import dev.headgate.cli.command.TextTable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline of a running process. A number that is not known is null.
 *
 * @param state running, full, paused or held
 * @param pauses why and since when, if it does not run
 * @param source such as {@code kafka:orders}
 * @param perSecond messages acknowledged
 * @param waiting messages in the source
 * @param oldestSeconds the age of the oldest in a batch
 * @param maxRate messages a second that its throttle lets pass
 */
record PipelineInfo(
        String name,
        String state,
        List<Pause> pauses,
        String source,
        @Nullable Double perSecond,
        @Nullable Long waiting,
        Inflight inflight,
        @Nullable Double oldestSeconds,
        @Nullable Double maxRate,
        List<Batch> batches) {

    private static final MathContext DIGITS = new MathContext(3);

    /** @param why null if the reason says all */
    record Pause(String reason, String since, @Nullable String why) {}

    record Inflight(
            @Nullable Long messages,
            @Nullable Long limitMessages,
            @Nullable Long bytes,
            @Nullable Long limitBytes) {}

    record Batch(
            String name,
            @Nullable Long waiting,
            @Nullable Long sizeLimit,
            @Nullable Long lanes,
            @Nullable Double maxRejected) {}

    /** What {@code /observe/status} says of each. */
    static List<PipelineInfo> all(JsonNode status) {
        List<PipelineInfo> all = new ArrayList<>();
        status.path("pipelines").forEach(pipeline -> all.add(of(pipeline)));
        return all;
    }

    private static PipelineInfo of(JsonNode status) {
        List<Pause> pauses = new ArrayList<>();
        status.path("pauses")
                .forEach(pause -> pauses.add(new Pause(
                        pause.path("reason").asText(),
                        pause.path("since").asText(),
                        pause.path("why").textValue())));
        List<Batch> batches = new ArrayList<>();
        status.path("batches")
                .forEach(batch -> batches.add(new Batch(
                        batch.path("name").asText(),
                        whole(batch, "waiting"),
                        whole(batch, "sizeLimit"),
                        whole(batch, "lanes"),
                        number(batch, "maxRejected"))));
        JsonNode inflight = status.path("inflight");
        JsonNode source = status.path("source");
        return new PipelineInfo(
                status.path("name").asText(),
                status.path("state").asText(),
                pauses,
                source.isMissingNode()
                        ? ""
                        : source.path("scheme").asText() + ":"
                                + source.path("name").asText(),
                number(status.path("stages").path(4), "perSecond"),
                whole(status, "waiting"),
                new Inflight(
                        whole(inflight, "messages"),
                        whole(inflight, "limitMessages"),
                        whole(inflight, "bytes"),
                        whole(inflight, "limitBytes")),
                number(status, "oldestSeconds"),
                number(status, "maxRate"),
                batches);
    }

    static String table(List<PipelineInfo> pipelines) {
        return new TextTable<PipelineInfo>()
                .column("PIPELINE", 30, PipelineInfo::name)
                .column("STATE", 8, PipelineInfo::state)
                .column("RATE", 10, pipeline -> rate(pipeline.perSecond))
                .column("MAX RATE", 10, pipeline -> rate(pipeline.maxRate))
                .column("LAG", 12, PipelineInfo::waiting)
                .column("IN FLIGHT", 18, pipeline -> ofLimit(pipeline.inflight))
                .column("OLDEST", 8, pipeline -> age(pipeline.oldestSeconds))
                .column("WHY", 80, PipelineInfo::why)
                .text(pipelines);
    }

    String details() {
        Details details = new Details(16)
                .add("pipeline", name)
                .add("source", source)
                .add("state", state)
                .add("why", why())
                .add("rate", rate(perSecond))
                .add("lag", waiting)
                .add("in flight", ofLimit(inflight) + " messages")
                .add("", inflight.bytes + " of " + inflight.limitBytes + " bytes")
                .add("oldest", age(oldestSeconds))
                .add("max rate", maxRate == null ? "none: the route has no throttle" : rate(maxRate));
        for (Batch batch : batches) {
            details.add(
                    "batch",
                    "%s: %s waiting, most in one write %s, lanes %s, max rejected %s"
                            .formatted(
                                    batch.name,
                                    text(batch.waiting),
                                    text(batch.sizeLimit),
                                    text(batch.lanes),
                                    text(batch.maxRejected)));
        }
        return details.text();
    }

    private String why() {
        return pauses.stream()
                .map(pause -> (pause.why == null ? pause.reason : pause.why) + ", since " + pause.since)
                .collect(Collectors.joining("; "));
    }

    private static String ofLimit(Inflight inflight) {
        return text(inflight.messages) + " of " + text(inflight.limitMessages);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "?" : value.toString();
    }

    private static @Nullable String rate(@Nullable Double perSecond) {
        if (perSecond == null) {
            return null;
        }
        BigDecimal rate = new BigDecimal(perSecond);
        return (perSecond >= 100 ? String.valueOf(Math.round(perSecond)) : plain(rate)) + "/s";
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0
                ? "0"
                : number.round(DIGITS).stripTrailingZeros().toPlainString();
    }

    private static @Nullable String age(@Nullable Double seconds) {
        if (seconds == null) {
            return null;
        }
        Duration age = Duration.ofMillis(Math.round(seconds * 1_000));
        if (age.toMinutes() >= 2) {
            return age.toHours() >= 2 ? age.toHours() + " h" : age.toMinutes() + " min";
        }
        return plain(new BigDecimal(seconds)) + " s";
    }

    private static @Nullable Double number(JsonNode node, String field) {
        return node.path(field).isNumber() ? Double.valueOf(node.path(field).asDouble()) : null;
    }

    private static @Nullable Long whole(JsonNode node, String field) {
        return node.path(field).isNumber() ? Long.valueOf(node.path(field).asLong()) : null;
    }
}
