package dev.headgate.demo;

import java.nio.file.Path;
import java.util.Locale;

/** One of the four pipelines in {@code routes}: where the orders come from and where they go. */
public record ShippedPipeline(From from, To to) {
    /** A source, in lower case on the command line. */
    public enum From {
        KAFKA,
        SQS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A sink, in lower case on the command line. */
    public enum To {
        POSTGRES,
        S3;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The folder of its routes. */
    public Path in(Path routes) {
        return switch (to) {
            case POSTGRES -> from == From.KAFKA ? routes : routes.resolve("sqs");
            case S3 -> routes.resolve(from == From.KAFKA ? "s3" : "sqs-s3");
        };
    }

    /** The id of the route that reads the source: what its rows in Headgate's tables are known by. */
    public String name() {
        return from == From.KAFKA ? prefix() : prefix() + "-sqs";
    }

    /** What its properties and the ids of its steps begin with. */
    public String prefix() {
        return to == To.POSTGRES ? "orders" : "orders-archive";
    }
}
