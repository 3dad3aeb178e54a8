package dev.headgate.demo;

import java.nio.file.Path;
import java.util.Locale;

/** One of the pipelines in {@code routes}: where the orders come from, where they go, and what their messages are. */
public record ShippedPipeline(From from, To to, Format format) {
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

    /** What messages are, in lower case on the command line. */
    public enum Format {
        JSON,
        AVRO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws IllegalArgumentException if there is no such pipeline */
    public ShippedPipeline {
        if (format == Format.AVRO && (from != From.KAFKA || to != To.POSTGRES)) {
            throw new IllegalArgumentException("avro goes from kafka to postgres only");
        }
    }

    /** Of JSON. */
    public ShippedPipeline(From from, To to) {
        this(from, to, Format.JSON);
    }

    /** The folder of its routes. */
    public Path in(Path routes) {
        if (format == Format.AVRO) {
            return routes.resolve("avro");
        }
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
