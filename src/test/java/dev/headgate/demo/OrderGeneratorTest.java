package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.demo.OrderMessage.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrderGeneratorTest {
    private static final int MANY = 4_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void the_same_seed_makes_the_same_messages() {
        List<OrderMessage> first = generate(7, Trouble.REALISTIC);
        List<OrderMessage> second = generate(7, Trouble.REALISTIC);

        assertThat(first)
                .usingElementComparator((a, b) -> describe(a).compareTo(describe(b)))
                .containsExactlyElementsOf(second);
        assertThat(generate(8, Trouble.REALISTIC).get(0).messageId())
                .isNotEqualTo(first.get(0).messageId());
    }

    @Test
    void a_valid_message_is_an_order_of_about_260_bytes() throws IOException {
        for (OrderMessage message : generate(1, Trouble.NONE)) {
            JsonNode order = JSON.readTree(message.bytes());
            assertThat(message.bytes().length).isBetween(240, 280);
            assertThat(order.get("order_id").textValue()).isEqualTo(message.key());
            assertThat(order.get("version").intValue()).isEqualTo(1);
            assertThat(order.get("amount").decimalValue()).isGreaterThanOrEqualTo(BigDecimal.ONE);
            assertThat(order.get("currency").textValue()).matches("[A-Z]{3}");
            assertThat(order.get("status").textValue()).isEqualTo("new");
            assertThat(Instant.parse(order.get("placed_at").textValue())).isAfter(Instant.EPOCH);
            assertThat(order.get("items")).hasSize(3);
        }
    }

    @Test
    void amounts_have_two_places() {
        var order = new Order("a", 1, "b", 5, "EUR", Order.Status.NEW, Instant.EPOCH, List.of());

        assertThat(new String(order.json(), StandardCharsets.UTF_8)).contains("\"amount\":0.05,");
        assertThat(new String(order.withCents(-12_340).json(), StandardCharsets.UTF_8))
                .contains("\"amount\":-123.40,");
    }

    @Test
    void versions_of_one_order_go_up_by_one() throws IOException {
        Map<String, Integer> versions = new HashMap<>();
        for (OrderMessage message : generate(2, new Trouble(0, 0.8, 0))) {
            int version = JSON.readTree(message.bytes()).get("version").intValue();
            assertThat(version).isEqualTo(versions.getOrDefault(message.key(), 0) + 1);
            assertThat(message.kind()).isEqualTo(version == 1 ? Kind.NEW : Kind.UPDATE);
            versions.put(message.key(), version);
        }
        assertThat(versions.values()).anyMatch(version -> version > 2);
    }

    @Test
    void a_duplicate_repeats_an_earlier_valid_message_and_other_ids_are_unique() {
        Map<String, OrderMessage> earlier = new HashMap<>();
        for (OrderMessage message : generate(3, Trouble.REALISTIC)) {
            if (message.kind() == Kind.DUPLICATE) {
                OrderMessage original = earlier.get(message.messageId());
                assertThat(original.kind()).isIn(Kind.NEW, Kind.UPDATE);
                assertThat(message.key()).isEqualTo(original.key());
                assertThat(message.channel()).isEqualTo(original.channel());
                assertThat(message.bytes()).isEqualTo(original.bytes());
            } else {
                assertThat(earlier.put(message.messageId(), message)).isNull();
            }
        }
    }

    @Test
    void invalid_messages_are_broken_negative_and_not_utf8_in_turn() throws IOException {
        List<OrderMessage> messages = generate(4, new Trouble(0, 0, 1));

        byte[] broken = messages.get(0).bytes();
        assertThatThrownBy(() -> JSON.readTree(broken)).isInstanceOf(IOException.class);
        assertThat(JSON.readTree(messages.get(1).bytes()).get("amount").decimalValue())
                .isNegative();
        assertThatThrownBy(() -> StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(messages.get(2).bytes())))
                .isInstanceOf(MalformedInputException.class);
        assertThat(messages).allMatch(message -> message.kind() == Kind.INVALID);
    }

    @Test
    void totals_count_what_was_made_at_about_the_shares_asked_for() {
        var generator = new OrderGenerator(5, Trouble.REALISTIC);
        Map<Kind, Long> counted = new HashMap<>();
        Stream.generate(generator::next).limit(MANY).forEach(message -> counted.merge(message.kind(), 1L, Long::sum));

        Totals totals = generator.totals();
        assertThat(totals)
                .isEqualTo(new Totals(
                        counted.get(Kind.NEW),
                        counted.get(Kind.UPDATE),
                        counted.get(Kind.DUPLICATE),
                        counted.get(Kind.INVALID)));
        assertThat(totals.produced()).isEqualTo(MANY);
        assertThat(totals.valid()).isEqualTo(totals.created() + totals.updated());
        assertThat(totals.duplicates() / (double) MANY).isCloseTo(0.10, within(0.02));
        assertThat(totals.updated() / (double) MANY).isCloseTo(0.20, within(0.02));
        assertThat(totals.invalid() / (double) MANY).isCloseTo(0.005, within(0.003));
    }

    @Test
    void a_third_of_the_messages_has_no_channel() {
        long without = generate(6, Trouble.NONE).stream()
                .filter(message -> message.channel() == null)
                .count();

        assertThat(without / (double) MANY).isCloseTo(1 / 3.0, within(0.02));
    }

    @Test
    void shares_beyond_the_whole_are_refused() {
        assertThatThrownBy(() -> new Trouble(0.5, 0.5, 0.1)).hasMessageContaining("exceed 1");
        assertThatThrownBy(() -> new Trouble(-0.1, 0, 0)).hasMessageContaining("negative");
        assertThatThrownBy(() -> new Trouble(Double.NaN, 0, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<OrderMessage> generate(long seed, Trouble trouble) {
        return Stream.generate(new OrderGenerator(seed, trouble)::next)
                .limit(MANY)
                .toList();
    }

    private static String describe(OrderMessage message) {
        return message.key()
                + message.messageId()
                + message.channel()
                + message.kind()
                + Arrays.toString(message.bytes());
    }
}
