package dev.headgate.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailedGroupsTest {

    private final FailedGroups groups = new FailedGroups();

    @Test
    void what_was_received_before_the_failure_is_behind_it_and_what_comes_later_is_not() {
        groups.failed("a", 100);
        assertThat(groups.isBehind("a", 99)).isTrue();
        assertThat(groups.isBehind("a", 100)).isTrue();
        assertThat(groups.isBehind("b", 99)).isFalse();
        assertThat(groups.isBehind("a", 101)).isFalse();
    }

    @Test
    void a_group_that_was_received_anew_is_as_good_as_new() {
        groups.failed("a", 100);
        assertThat(groups.isBehind("a", 101)).isFalse();
        assertThat(groups.isBehind("a", 102)).isFalse();
        groups.failed("a", 103);
        assertThat(groups.isBehind("a", 103)).isTrue();
    }
}
