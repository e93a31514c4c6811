import type { Change, Position, Recorded } from '#kernel';
import { checkChange, type AnyProjection } from './check.ts';
import { sentenceOf } from './logger.ts';
import type { Build, Checkpoint, Quarantined, Step } from './read-store.ts';

type Reaction = (event: Recorded) => Change | readonly Change[];

/** A build that is being written: its checkpoint, and the changes of the events read since. */
export class ActiveBuild {
  readonly projection: AnyProjection;
  #build: Build;
  #quarantined = new Map<string, Quarantined>();
  #changes: Change[] = [];
  #freshQuarantine: Quarantined[] = [];

  constructor(projection: AnyProjection, build: Build) {
    this.projection = projection;
    this.#build = build;
    this.reset(build);
  }

  /** Takes over what the store holds, and forgets what was staged. */
  reset(build: Build): void {
    this.#build = build;
    this.#quarantined = new Map(build.quarantined.map((stream) => [stream.stream, stream]));
    this.#changes = [];
    this.#freshQuarantine = [];
  }

  get build(): Build {
    return this.#build;
  }

  get position(): Position {
    return this.#build.checkpoint.position;
  }

  get quarantined(): readonly Quarantined[] {
    return [...this.#quarantined.values()];
  }

  /** The plain names show this build now. */
  serve(): void {
    this.#build = { ...this.#build, served: true };
  }

  /** Lets the projection react. An event to which it cannot react puts its stream in quarantine; nothing is thrown. */
  stage(events: readonly Recorded[]): void {
    const reactions = this.projection.on as Readonly<Record<string, Reaction | undefined>>;
    for (const event of events) {
      const reaction = reactions[event.type];
      if (!reaction || (this.#quarantined.size > 0 && this.#quarantined.has(event.stream))) continue;
      const before = this.#changes.length;
      try {
        this.#take(reaction(event));
      } catch (error) {
        // Half a reaction would be worse than none.
        this.#changes.length = before;
        this.quarantine(event, sentenceOf(error));
      }
    }
  }

  #take(changes: Change | readonly Change[]): void {
    if (Array.isArray(changes)) {
      for (const change of changes as readonly Change[]) this.#takeOne(change);
    } else {
      this.#takeOne(changes as Change);
    }
  }

  #takeOne(change: Change): void {
    checkChange(this.#build.tables, change);
    this.#changes.push(change);
  }

  /** Leaves the event's stream alone from here on. */
  quarantine({ stream, position, type }: Recorded, reason: string): void {
    const quarantined = { stream, position, type, reason };
    this.#quarantined.set(stream, quarantined);
    this.#freshQuarantine.push(quarantined);
  }

  /** What has been staged, as one step to that checkpoint. */
  stepTo(checkpoint: Checkpoint): Step {
    const { position } = this;
    return {
      build: this.#build,
      after: position,
      checkpoint,
      changes: this.#changes,
      quarantined: this.#freshQuarantine,
    };
  }

  /** The step to that checkpoint is durable. */
  arrived(checkpoint: Checkpoint): void {
    this.#build = { ...this.#build, checkpoint };
    this.#changes = [];
    this.#freshQuarantine = [];
  }

  /** Forgets what was staged since the last durable step. */
  unstage(): void {
    for (const { stream } of this.#freshQuarantine) this.#quarantined.delete(stream);
    this.#changes = [];
    this.#freshQuarantine = [];
  }
}
