package dev.headgate.guarantee;

import java.nio.file.Path;

/** The {@link PipelineContract} of {@code routes}. */
class KafkaToPostgresIT extends PipelineContract {

    KafkaToPostgresIT() {
        super(Path.of("routes"), KafkaSource::new, (pipeline, folder) -> new PostgresEffects(pipeline));
    }
}
