package dev.headgate.cli.positions;

import dev.headgate.cli.command.JsonText;
import dev.headgate.position.Outcomes;
import dev.headgate.position.Position;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A position for programs.
 *
 * @param position the first offset that is not applied; null if nobody has read yet
 * @param above how many behind it are
 * @param routes which of the folder read as its group; null if the folder cannot be read
 */
record PositionJson(
        String group,
        String partition,
        @Nullable Long position,
        int above,
        long epoch,
        Outcomes outcomes,
        boolean keyed,
        Instant updated,
        @Nullable List<String> routes) {

    static final JsonText JSON = new JsonText();

    static PositionJson of(Position position, @Nullable List<String> routes) {
        return new PositionJson(
                position.key().group(),
                position.key().source(),
                position.low(),
                position.above().size(),
                position.epoch(),
                position.outcomes(),
                position.keyed(),
                position.updatedAt(),
                routes);
    }
}
