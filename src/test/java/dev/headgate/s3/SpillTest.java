package dev.headgate.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class SpillTest {

    @Test
    void as_many_bytes_as_allowed_stay_in_memory() throws IOException {
        Spill spill = new Spill(4);
        spill.write(new byte[] {1, 2});
        spill.write(new byte[] {3, 4});
        spill.close();

        assertThat(spill.content()).isEqualTo(new byte[] {1, 2, 3, 4});
        assertThat(spill.size()).isEqualTo(4);
    }

    @Test
    void one_byte_more_and_all_are_in_a_file_until_it_is_deleted() throws IOException {
        Spill spill = new Spill(4);
        spill.write(new byte[] {1, 2, 3, 4});
        spill.write(5);
        spill.close();

        assertThat(spill.content()).isInstanceOfSatisfying(File.class, file -> assertThat(file)
                .hasBinaryContent(new byte[] {1, 2, 3, 4, 5}));
        assertThat(spill.size()).isEqualTo(5);

        File file = (File) spill.content();
        spill.delete();
        assertThat(Files.exists(file.toPath())).isFalse();
        spill.delete();
    }
}
