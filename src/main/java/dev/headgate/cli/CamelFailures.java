package dev.headgate.cli;

import java.util.Optional;

final class CamelFailures {
    static Optional<String> sentence(Throwable e) {
        return Optional.empty();
    }
}
