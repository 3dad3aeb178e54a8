package dev.headgate.manage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.backpressure.InflightLimit;
import dev.headgate.batch.Held;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeldPipelinesTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00.5Z");
    private static final String LINE =
            "WARN batch:b cannot write since 2026-01-01T00:00:00Z: no space left. [p, q] paused; nothing is lost.";

    private final InflightLimit limit = new InflightLimit(10, 10);
    private final Logger logger = (Logger) LogManager.getLogger(HeldPipelines.class);
    private final Lines lines = new Lines();
    private volatile Instant now = START;

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeAppender(lines);
    }

    @Test
    void a_hold_is_said_at_once_holds_the_sources_of_its_pipelines_and_its_end_is_said() {
        try (HeldPipelines held = held(Duration.ofMinutes(1))) {
            held.holding(new Held("b", Set.of("q", "p"), "no space left", now));
            assertThat(limit.source("p").isPaused()).isTrue();
            assertThat(limit.source("q").isPaused()).isTrue();
            assertThat(limit.source("other").isPaused()).isFalse();
            assertThat(held.holds())
                    .extracting(Held::toString)
                    .containsExactly("batch:b cannot write since 2026-01-01T00:00:00Z: no space left");
            Awaitility.await().untilAsserted(() -> assertThat(lines.said).containsExactly(LINE));
            now = START.plusSeconds(90);
            held.released("b");
            assertThat(limit.isPaused()).isFalse();
            assertThat(held.holds()).isEmpty();
            assertThat(lines.said).containsExactly(LINE, "INFO batch:b goes on after 90 s, and so do [p, q]");
        }
    }

    @Test
    void a_hold_is_said_again_after_each_interval_until_it_ends() {
        try (HeldPipelines held = held(Duration.ofMillis(20))) {
            held.holding(new Held("b", Set.of("p", "q"), "no space left", now));
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(lines.said).hasSizeGreaterThan(4).containsOnly(LINE));
            held.released("b");
            int said = lines.said.size();
            Awaitility.await().during(Duration.ofMillis(200)).until(() -> lines.said.size() <= said + 1);
        }
    }

    @Test
    void the_reason_that_is_shown_and_said_is_the_present_one() {
        try (HeldPipelines held = held(Duration.ofMillis(200))) {
            held.holding(new Held("b", Set.of("p"), "column a", now));
            held.holding(new Held("b", Set.of("p", "q"), "column b", now));
            assertThat(held.holds()).extracting(Held::why).containsExactly("column b");
            assertThat(limit.source("q").isPaused()).isTrue();
            assertThat(lines.said).hasSize(1);
            Awaitility.await().untilAsserted(() -> assertThat(lines.said).hasSizeGreaterThan(1));
            assertThat(lines.said.get(1)).contains("column b").contains("[p, q] paused");
        }
    }

    @Test
    void what_is_held_again_and_again_is_one_line_each_interval_and_goes_on_when_it_was_not_held_for_one() {
        try (HeldPipelines held = held(Duration.ofMillis(500))) {
            Held now = new Held("b", Set.of("p"), "statement timeout", START);
            for (int i = 0; i < 20; i++) {
                held.holding(now);
                held.released("b");
            }
            assertThat(lines.said).hasSize(2);
            assertThat(lines.said.get(1)).contains("goes on");
            Awaitility.await().untilAsserted(() -> assertThat(lines.said).hasSize(4));
            assertThat(lines.said.get(2)).contains("statement timeout (held 20 times since 2026-01-01T00:00:00Z)");
            assertThat(lines.said.get(3)).contains("goes on");
        }
    }

    @Test
    void a_source_goes_on_only_when_all_batches_that_hold_it_go_on() {
        try (HeldPipelines held = held(Duration.ofMinutes(1))) {
            held.holding(new Held("a", Set.of("p"), "why", now));
            held.holding(new Held("b", Set.of("p"), "why", now));
            held.released("a");
            held.released("unknown");
            assertThat(limit.source("p").isPaused()).isTrue();
            held.released("b");
            assertThat(limit.source("p").isPaused()).isFalse();
        }
    }

    private HeldPipelines held(Duration interval) {
        return new HeldPipelines(limit, () -> now, interval);
    }

    /** Level and message of what is logged. */
    private static final class Lines extends AbstractAppender {

        private final List<String> said = new CopyOnWriteArrayList<>();

        Lines() {
            super("lines", null, null, true, Property.EMPTY_ARRAY);
        }

        @Override
        public void append(LogEvent event) {
            said.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    }
}
