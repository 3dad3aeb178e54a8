package dev.headgate.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.demo.ShippedPipeline.Format;
import dev.headgate.demo.ShippedPipeline.From;
import dev.headgate.demo.ShippedPipeline.To;
import dev.headgate.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo of {@code routes/avro}: what goes in and what comes out is Avro, and all of it is accounted for. */
class AvroDemoIT {

    private static final Path ROUTES = Path.of("routes", "avro");

    @TempDir
    Path directory;

    @Test
    void the_account_of_orders_in_avro_reconciles() throws Exception {
        ShippedPipeline pipeline = new ShippedPipeline(From.KAFKA, To.POSTGRES, Format.AVRO);
        try (DemoServers servers = new DemoServers(directory)) {
            Account account = new Demo(servers, pipeline, Settings.load(ROUTES, null, Map.of()), line -> {})
                    .run(ROUTES, 500, new CountDownLatch(1), Duration.ofSeconds(3));

            assertThat(account.reconciles()).as(account.text()).isTrue();
            assertThat(account.text()).doesNotContain("relayed                         0");
            RelayTopic asJson = new RelayTopic(
                    servers.kafka().bootstrapServers(), "orders-applied", (key, payload) -> payload[0] == '{');
            assertThat(asJson.relayed().ids().isEmpty()).isTrue();
        }
    }

    @Test
    void what_is_no_avro_of_its_order_is_not_taken_for_it() throws Exception {
        try (DemoServers servers = new DemoServers(directory);
                AvroOrders orders = new AvroOrders(servers.registry(), ROUTES, "orders", "orders-applied")) {
            OrderMessage order = new OrderGenerator(1, new Trouble(0, 0, 0)).next();
            byte[] encoded = orders.encoded(order).bytes();
            assertThat(orders.json(encoded)).asString(UTF_8).startsWith("{\"order_id\":\"" + order.key());
            assertThat(orders.isOf(order.key().getBytes(UTF_8), encoded)).isTrue();
            assertThat(orders.isOf("other".getBytes(UTF_8), encoded)).isFalse();
            assertThat(orders.isOf(order.key().getBytes(UTF_8), order.bytes())).isFalse();
        }
    }
}
