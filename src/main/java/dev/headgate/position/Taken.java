package dev.headgate.position;

/**
 * What the owner of a partition has found.
 *
 * @param low all below has ended; {@link Tenure#NOWHERE} if there was no position
 * @param above what of the others has ended; not to be changed
 * @param keyed whether the ledger has the keys of it
 */
record Taken(long epoch, long low, OffsetSet above, Outcomes outcomes, boolean keyed) {}
