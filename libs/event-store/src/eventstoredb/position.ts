import { START as BEGINNING, type Position as Place } from '@eventstore/db-client';
import { START, type Position } from '#kernel';

/** The digits of the largest position, 2^64-1: so padded, positions compare as numbers do. */
const DIGITS = 20;
/** Some servers send it as a checkpoint where they mean none. */
const NOWHERE = 2n ** 64n - 1n;

const padded = (offset: bigint): string => offset.toString().padStart(DIGITS, '0');

/** The position of a place in the log: commit and prepare offset, side by side. Neither ever becomes a number. */
export const positionAt = ({ commit, prepare }: Place): Position => `${padded(commit)}/${padded(prepare)}`;

/** The place of a position. Throws when it is no position of such a log. */
export const placeAt = (position: Position): Place | typeof BEGINNING => {
  if (position === START) return BEGINNING;
  const [, commit = '', prepare = ''] = /^(\d{20})\/(\d{20})$/.exec(position) ?? [];
  if (commit === '') throw new Error(`"${position}" is no position in this log`);
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
};

/** Whether a checkpoint says where it is. */
export const isSomewhere = ({ commit, prepare }: Place): boolean => commit !== NOWHERE && prepare !== NOWHERE;
