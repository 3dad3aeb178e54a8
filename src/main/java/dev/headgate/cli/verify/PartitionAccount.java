package dev.headgate.cli.verify;

/**
 * What became of the records of a partition that were looked at. They are between two offsets, and below the position.
 *
 * @param partition as positions name it
 * @param from the first offset that was looked at
 * @param position up to which the pipeline has read, exclusive
 * @param records how many were looked at
 * @param duplicates whose key was applied from another record
 * @param filtered which the route takes to no batch, as it stands now
 * @param expired which are older than what the tables keep
 * @param unproven of which it is not known whether the route filters them
 * @param gaps offsets without a record
 */
record PartitionAccount(
        String pipeline,
        String partition,
        long from,
        long position,
        long records,
        long applied,
        long duplicates,
        long deadLetters,
        long filtered,
        long expired,
        long unproven,
        long lost,
        long gaps) {

    /** Whether a record may be in no table though nothing went wrong. */
    boolean hasOthers() {
        return duplicates + filtered + expired + unproven + gaps > 0;
    }
}
