package dev.headgate.guarantee;

import java.nio.file.Path;

/** The {@link PipelineContract} of {@code routes/sqs-s3}. */
class SqsToS3IT extends PipelineContract {

    SqsToS3IT() {
        super(Path.of("routes/sqs-s3"), pipeline -> new SqsSource(SqsSource.FIFO), ObjectEffects::new);
    }
}
