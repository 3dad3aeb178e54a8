package dev.headgate.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionsTest {
    private final Versions versions = new Versions();

    @Test
    void a_version_is_in_it_once() {
        assertThat(versions.add("order-a-1", 1)).isTrue();
        assertThat(versions.add("order-a-1", 1)).isFalse();
        assertThat(versions.add("order-a-1", 2)).isTrue();
        assertThat(versions.add("order-a1-1", 1)).isTrue();
        assertThat(versions.add("no number", 1)).isTrue();
        assertThat(versions.add("no number", 1)).isFalse();
    }

    @Test
    void what_is_not_in_another_one_is_counted() {
        var other = new Versions();
        versions.add("order-a-1", 1);
        versions.add("order-a-2", 1);
        versions.add("order-a-2", 2);
        versions.add("", 0);
        other.add("order-a-2", 1);
        other.add("order-b-1", 1);

        assertThat(versions.without(other)).isEqualTo(3);
        assertThat(other.without(versions)).isEqualTo(1);
    }
}
