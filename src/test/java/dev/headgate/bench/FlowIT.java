package dev.headgate.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.cli.CommandLineRun;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** That the benchmarks run and say all that they should; what they say of a busy machine means nothing. */
class FlowIT {

    @Test
    void flow_measures_both_contenders_by_process_and_place() throws IOException {
        // Nobody is a thousand times as good.
        CommandLineRun run =
                CommandLineRun.of("bench", "flow", "--quick", "--messages", "10000", "--least-ratio", "1000", "--json");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("below the least, 1000.00");
        JsonNode result = new ObjectMapper().readTree(run.out());
        assertThat(result.at("/machine/processors").asInt()).isPositive();
        assertThat(result.at("/machine/postgres").asText()).startsWith("17");
        assertThat(result.at("/messages").asInt()).isEqualTo(10_000);
        assertThat(result.at("/ratio").asDouble()).isPositive();
        assertThat(result.at("/secondHalfRatio").asDouble()).isPositive();
        for (String contender : new String[] {"/headgate", "/plain"}) {
            for (String place : new String[] {"/committed", "/delivered"}) {
                JsonNode drained = result.at(contender + place);
                assertThat(drained.at("/perSecond").asInt()).isPositive();
                assertThat(drained.at("/cpuMicros").fieldNames())
                        .toIterable()
                        .containsExactlyInAnyOrder("contender", "postgres", "broker");
                assertThat(drained.at("/cpuMicros/postgres").asDouble()).isPositive();
                assertThat(drained.at("/allCpuMicros").asDouble()).isPositive();
                JsonNode latency = result.at(contender + "/load" + place);
                assertThat(latency.at("/p50Millis").asDouble()).isPositive();
                assertThat(latency.at("/p999Millis").asDouble())
                        .isGreaterThanOrEqualTo(latency.at("/p99Millis").asDouble());
            }
            assertThat(result.at(contender + "/secondHalf/allCpuMicros").asDouble())
                    .isPositive();
            assertThat(result.at(contender + "/start/firstMillis").asInt()).isPositive();
        }
        assertThat(result.at("/headgate/start/readyMillis").asInt()).isPositive();
        assertThat(result.at("/plain/load/perSecond")).isEqualTo(result.at("/headgate/load/perSecond"));
    }

    @Test
    void relay_begins_in_the_outbox() throws IOException {
        CommandLineRun run = CommandLineRun.of("bench", "relay", "--quick", "--messages", "10000", "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = new ObjectMapper().readTree(run.out());
        for (String contender : new String[] {"/headgate", "/plain"}) {
            assertThat(result.at(contender + "/committed").isMissingNode()).isTrue();
            assertThat(result.at(contender + "/delivered/perSecond").asInt()).isPositive();
            assertThat(result.at(contender + "/load/delivered/p99Millis").asDouble())
                    .isPositive();
        }
    }
}
