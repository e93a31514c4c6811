import { START } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import { Lane, type LaneOptions } from './projection-reader.ts';
import { planFor } from './build-plan.ts';
import type { ReadModel } from './projection-state.ts';
import { nameOf, sameBuild, type Build, type BuildId } from './read-store.ts';
import { checkStanding } from './checkpoint.ts';
import { Turns } from './mutex.ts';

export type FleetOptions = Omit<LaneOptions, 'turns' | 'atEnd' | 'reload'>;

/** All lanes: gathers builds that stand at the same place into one reading of the log, and swaps what has caught up. */
export class Fleet {
  readonly #models: readonly ReadModel[];
  readonly #options: FleetOptions;
  readonly #turns = new Turns();
  readonly #lanes = new Map<Lane, Promise<void>>();

  constructor(models: readonly ReadModel[], options: FleetOptions) {
    this.#models = models;
    this.#options = options;
  }

  /** How many events the log is known to hold. */
  get known(): number {
    let known = 0;
    for (const lane of this.#lanes.keys()) known = Math.max(known, lane.checkpoint.events + lane.pending);
    for (const { events } of this.#models) known = Math.max(known, events);
    return known;
  }

  /** Whether everything stands at the log's end as it was last seen. */
  get caughtUp(): boolean {
    const reading = [...this.#lanes.keys()];
    return (
      this.#models.every(({ shown, beside }) => shown instanceof ActiveBuild && !beside) &&
      reading.every((lane) => lane.live && lane.idle)
    );
  }

  laneOf(build: ActiveBuild): Lane | undefined {
    return [...this.#lanes.keys()].find((lane) => lane.builds.includes(build));
  }

  /** Finds or makes the tables of every projection, clears up what an earlier process left, and begins to read. */
  async open(): Promise<void> {
    const { store, log } = this.#options;
    const stored = await store.builds();
    for (const build of stored) await checkStanding(log, nameOf(build), build.checkpoint);
    const active: ActiveBuild[] = [];
    for (const model of this.#models) active.push(...(await this.#openModel(model, stored)));
    this.#launch(active);
  }

  async #openModel(model: ReadModel, stored: readonly Build[]): Promise<ActiveBuild[]> {
    const { store, logger } = this.#options;
    const { projection } = model;
    const { served, followed, beside, leftovers } = planFor(projection, stored);
    for (const leftover of leftovers) await store.discard(leftover);
    model.shown = served && followed ? new ActiveBuild(projection, served) : served;
    model.beside = undefined;
    if (beside) {
      model.beside =
        'resume' in beside ? new ActiveBuild(projection, beside.resume) : await this.#create(model, beside.create);
      if (served)
        logger.info({ projection: projection.name }, `${nameOf(model.beside.build)} is built beside ${nameOf(served)}`);
      // Nothing is served yet: better half the rows than an error.
      else await this.#publish(model);
    }
    return [model.shown, model.beside].filter((build) => build instanceof ActiveBuild);
  }

  async #create({ projection }: ReadModel, id: BuildId): Promise<ActiveBuild> {
    return new ActiveBuild(projection, await this.#options.store.create(id, projection.tables));
  }

  /** Begins to build a projection anew, unless that is under way. */
  rebuild(model: ReadModel): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#options.signal.aborted) throw new Error('the runner has been stopped');
      if (model.beside) return;
      if (!model.shown) throw new Error(`${model.projection.name} has not been started`);
      const { beside } = planFor(model.projection, await this.#options.store.builds(), true);
      if (!beside) return;
      model.beside =
        'resume' in beside
          ? new ActiveBuild(model.projection, beside.resume)
          : await this.#create(model, beside.create);
      this.#launch([model.beside]);
    });
  }

  /**
   * Reads again what is not in the store any more: a database that crashed takes back what it had not written to its disk yet
   * (`ReadStore.apply`), and one that was restored may be of yesterday. While nothing is written nobody else would notice.
   */
  check(): Promise<void> {
    return this.#turns.take(async () => {
      const stored = await this.#options.store.builds();
      const isLess = ({ build, position }: ActiveBuild) =>
        (stored.find((one) => sameBuild(one, build))?.checkpoint.position ?? START) < position;
      for (const lane of this.#lanes.keys())
        if (lane.builds.some(isLess)) lane.startAgain(new Error('the read store has lost what was written last'));
    });
  }

  /** Resolves when all lanes have ended, and whatever was about to start one. */
  async ended(): Promise<void> {
    await this.#turns.take(() => Promise.resolve());
    await Promise.all(this.#lanes.values());
  }

  /** One lane for each place where builds stand. */
  #launch(builds: readonly ActiveBuild[]): void {
    for (const [first, ...more] of Map.groupBy(builds, ({ position }) => position).values()) {
      if (!first) continue;
      const lane = new Lane([first, ...more], {
        ...this.#options,
        turns: this.#turns,
        atEnd: (lane) => this.#atEnd(lane),
        reload: (lane) => this.#reload(lane),
      });
      const ended = lane.run().then(() => {
        this.#lanes.delete(lane);
        // Whoever waits for all lanes may have waited for this one only.
        this.#options.moved();
      });
      this.#lanes.set(lane, ended);
    }
  }

  async #atEnd(lane: Lane): Promise<void> {
    for (const model of this.#models) {
      const { beside } = model;
      if (!beside || !lane.builds.includes(beside)) continue;
      await this.#turns.take(async () => {
        // Never back: what is served may have read on since this lane saw the end.
        if (beside.position >= model.position) await this.#publish(model);
      });
    }
    this.#merge(lane);
    this.#options.moved();
  }

  async #publish(model: ReadModel): Promise<void> {
    const { beside } = model;
    if (!beside) return;
    await this.#options.store.publish(beside.build);
    this.#replace(model);
    this.#options.logger.info({ projection: model.projection.name }, `${nameOf(beside.build)} is served`);
  }

  /** What was built is shown; what was shown is written no more. */
  #replace(model: ReadModel): void {
    const replaced = model.swap();
    if (!(replaced instanceof ActiveBuild)) return;
    const lane = this.laneOf(replaced);
    if (!lane) return;
    lane.builds.splice(lane.builds.indexOf(replaced), 1);
    if (lane.builds.length === 0) lane.leave();
  }

  /** Lets the builds of a lane join another one that stands at the same place: one reading of the log for both. */
  #merge(lane: Lane): void {
    const other = [...this.#lanes.keys()].find(
      (other) =>
        other !== lane &&
        other.idle &&
        other.builds.length > 0 &&
        other.failure === undefined &&
        other.checkpoint.position === lane.checkpoint.position,
    );
    if (!other) return;
    other.builds.push(...lane.builds.splice(0));
    lane.leave();
  }

  /** After a failure nobody knows what was written. Builds that now stand elsewhere get a lane of their own. */
  async #reload(lane: Lane): Promise<void> {
    const stored = await this.#options.store.builds();
    const find = (build: ActiveBuild) => stored.find((candidate) => sameBuild(candidate, build.build));
    for (const model of this.#models) if (model.beside && find(model.beside)?.served) this.#replace(model);
    for (const build of lane.builds) {
      const found = find(build);
      if (!found) throw new Error(`the tables of ${nameOf(build.build)} are gone`);
      build.reset(found);
    }
    const [first] = lane.builds;
    if (!first) return;
    lane.checkpoint = first.build.checkpoint;
    const elsewhere = lane.builds.filter(({ position }) => position !== first.position);
    for (const build of elsewhere) lane.builds.splice(lane.builds.indexOf(build), 1);
    this.#launch(elsewhere);
  }
}
