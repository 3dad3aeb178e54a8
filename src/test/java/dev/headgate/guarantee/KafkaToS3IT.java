package dev.headgate.guarantee;

import java.nio.file.Path;

/** The {@link PipelineContract} of {@code routes/s3}. */
class KafkaToS3IT extends PipelineContract {

    KafkaToS3IT() {
        super(Path.of("routes/s3"), KafkaSource::new, ObjectEffects::new);
    }
}
