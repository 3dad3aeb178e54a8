package dev.headgate.guarantee;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Promise 6: a message that ends the process by the memory that a step of its route takes does so twice at most. */
class SuspectIT {

    private static final String EATER = "eater";

    @TempDir
    Path folder;

    /** A step of a route, which takes all memory for one order. */
    public static final class Appetite {

        private final List<byte[]> eaten = new ArrayList<>();

        public void eat(byte[] body) {
            while (new String(body, UTF_8).contains('"' + EATER + '"')) {
                eaten.add(new byte[10_000_000]);
            }
        }
    }

    @Test
    void the_third_process_refuses_what_ended_two_and_nothing_beside_it() throws IOException {
        writeFolder();
        try (Pipeline pipeline = new Pipeline(1)) {
            List<String> orders = List.of("first", "second", EATER, "third", "fourth");
            for (String order : orders) {
                pipeline.send(order, order, large(order));
            }
            pipeline.sendOrder("small", "small", 1);
            pipeline.flush();

            for (int i = 0; i < 2; i++) {
                try (ChildProcess child = run(pipeline)) {
                    Pipeline.await()
                            .untilAsserted(() -> assertThat(child.isAlive()).isFalse());
                    assertThat(child.output()).contains("OutOfMemoryError");
                }
            }
            try (ChildProcess child = run(pipeline)) {
                Pipeline.await().untilAsserted(() -> {
                    assertThat(!child.isAlive() || pipeline.committed() == orders.size() + 1)
                            .isTrue();
                });
                assertThat(child.isAlive()).as(child::output).isTrue();

                assertThat(pipeline.texts("select order_id from orders order by 1"))
                        .containsExactly("first", "fourth", "second", "small", "third");
                assertThat(pipeline.texts(
                                "select key || ': ' || stage || ': ' || reason || ' ' || octet_length(payload) || ' ' || cut"
                                        + " from headgate.dead_letter"))
                        .containsExactly("eater: orders: ended the process twice " + large(EATER).length + " false");
                Pipeline.await().untilAsserted(() -> assertThat(pipeline.count("select count(*) from headgate.suspect"))
                        .isZero());
            }
        }
    }

    private ChildProcess run(Pipeline pipeline) {
        return ChildProcess.run(pipeline, folder, Map.of("camel.component.kafka.session-timeout-ms", "6000"));
    }

    private static byte[] large(String order) {
        String json = Orders.json(order, 1);
        return (json.substring(0, json.length() - 1) + ",\"x\":\"" + "m".repeat(300_000) + "\"}").getBytes(UTF_8);
    }

    /** The shipped routes with the step before the validation. */
    private void writeFolder() throws IOException {
        RoutesFolder.copy(folder, "lanes: 2");
        Path file = folder.resolve("orders.camel.yaml");
        String validate = "              - to: { id: orders-validate";
        String shipped = Files.readString(file);
        assertThat(shipped).contains(validate);
        Files.writeString(
                file,
                shipped.replace(
                        validate,
                        "              - bean: { id: orders-eat, beanType: \"" + Appetite.class.getName() + "\" }\n"
                                + validate));
    }
}
