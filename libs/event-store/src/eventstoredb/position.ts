import { START as BEGINNING, type Position as DriverPosition } from '@eventstore/db-client';
import { START, type Position } from '#kernel';

/** The digits of the largest position, 2^64-1: so padded, positions compare as numbers do. */
const DIGITS = 20;
/** Some servers send it as a checkpoint where they mean none. */
const NOWHERE = 2n ** 64n - 1n;

const padded = (offset: bigint): string => offset.toString().padStart(DIGITS, '0');

/** The position of a record: commit and prepare offset, side by side. Neither is ever converted to a number. */
export const toPosition = ({ commit, prepare }: DriverPosition): Position => `${padded(commit)}/${padded(prepare)}`;

/** The driver's form of a position. Throws when it is not a position of such a log. */
export const toDriverPosition = (position: Position): DriverPosition | typeof BEGINNING => {
  if (position === START) return BEGINNING;
  const [, commit = '', prepare = ''] = /^(\d{20})\/(\d{20})$/.exec(position) ?? [];
  if (commit === '') throw new Error(`"${position}" is no position in this log`);
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
};

/** Whether a checkpoint says where it is. */
export const isSomewhere = ({ commit, prepare }: DriverPosition): boolean => commit !== NOWHERE && prepare !== NOWHERE;
