package dev.headgate.manage.slo;

/**
 * What a pipeline has counted since the start of its process, and its lag at the moment.
 *
 * @param ended messages whose age at their end is known
 * @param late those of them that were older than the objective
 * @param waiting messages that have not ended and are older than the objective by now, at this moment
 * @param taken messages from the source
 * @param failed those that a step refused and that did not become dead letters
 * @param acknowledged messages
 * @param lag messages that wait in the source; NaN if that is not known
 */
public record Counts(
        long ended, long late, double waiting, double taken, double failed, double acknowledged, double lag) {}
