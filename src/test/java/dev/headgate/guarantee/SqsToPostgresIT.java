package dev.headgate.guarantee;

import java.nio.file.Path;

/** The {@link PipelineContract} of {@code routes/sqs}. */
class SqsToPostgresIT extends PipelineContract {

    SqsToPostgresIT() {
        super(
                Path.of("routes/sqs"),
                pipeline -> new SqsSource(SqsSource.FIFO),
                (pipeline, folder) -> new PostgresEffects(pipeline));
    }
}
