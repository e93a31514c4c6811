import { START } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import { ProjectionReader, type ProjectionReaderOptions } from './projection-reader.ts';
import { planFor } from './build-plan.ts';
import type { ReadModel } from './projection-state.ts';
import { LagWatch } from './lag-watch.ts';
import { nameOf, sameBuild, type Build, type BuildId } from './read-store.ts';
import { assertCheckpointInLog } from './checkpoint.ts';
import { Mutex } from './mutex.ts';

export type ProjectionCoordinatorOptions = Omit<ProjectionReaderOptions, 'mutex' | 'isEnd' | 'atEnd' | 'reload'>;

/** Runs the readers: builds at the same position share one, and a candidate that has caught up is swapped in. */
export class ProjectionCoordinator {
  readonly #models: readonly ReadModel[];
  readonly #options: ProjectionCoordinatorOptions;
  readonly #mutex = new Mutex();
  readonly #readers = new Map<ProjectionReader, Promise<void>>();
  readonly #lag: LagWatch;

  constructor(models: readonly ReadModel[], options: ProjectionCoordinatorOptions) {
    this.#models = models;
    this.#options = options;
    this.#lag = new LagWatch(options.log);
  }

  /** How many events the log is known to hold. */
  get known(): number {
    let known = this.#lag.events;
    for (const reader of this.#readers.keys()) known = Math.max(known, reader.checkpoint.events + reader.pending);
    for (const { events } of this.#models) known = Math.max(known, events);
    return known;
  }

  /** Whether every projection is at the log's end as last seen. */
  get caughtUp(): boolean {
    const reading = [...this.#readers.keys()];
    return (
      this.#models.every(({ served, candidate }) => served instanceof ActiveBuild && !candidate) &&
      reading.every((reader) => reader.live && reader.idle)
    );
  }

  /** For how many seconds a model has been behind the log's end, in real time. */
  behindSeconds(model: ReadModel): number {
    return this.#lag.behindSeconds(model);
  }

  readerOf(build: ActiveBuild): ProjectionReader | undefined {
    return [...this.#readers.keys()].find((reader) => reader.builds.includes(build));
  }

  /** Finds or makes the tables of every projection, clears up what an earlier process left, and begins to read. */
  async open(): Promise<void> {
    const { store, log } = this.#options;
    const stored = await store.builds();
    for (const build of stored) await assertCheckpointInLog(log, nameOf(build), build.checkpoint);
    await this.#lag.look(this.#models);
    const active: ActiveBuild[] = [];
    for (const model of this.#models) active.push(...(await this.#openModel(model, stored)));
    this.#launch(active);
  }

  async #openModel(model: ReadModel, stored: readonly Build[]): Promise<ActiveBuild[]> {
    const { store, logger } = this.#options;
    const { projection } = model;
    const { served, followed, candidate, leftovers } = planFor(projection, stored);
    for (const leftover of leftovers) await store.discard(leftover);
    model.served = served && followed ? new ActiveBuild(projection, served) : served;
    model.candidate = undefined;
    if (candidate) {
      model.candidate =
        'resume' in candidate
          ? new ActiveBuild(projection, candidate.resume)
          : await this.#create(model, candidate.create);
      if (served)
        logger.info(
          { projection: projection.name },
          `${nameOf(model.candidate.build)} is built beside ${nameOf(served)}`,
        );
    }
    return [model.served, model.candidate].filter((build) => build instanceof ActiveBuild);
  }

  async #create({ projection }: ReadModel, id: BuildId): Promise<ActiveBuild> {
    return new ActiveBuild(projection, await this.#options.store.create(id, projection.tables));
  }

  /** Begins to build a projection anew, unless that is under way. */
  rebuild(model: ReadModel): Promise<void> {
    return this.#mutex.run(async () => {
      if (this.#options.signal.aborted) throw new Error('the runner has been stopped');
      if (model.candidate) return;
      if (!model.served) throw new Error(`${model.projection.name} has not been started`);
      const { candidate } = planFor(model.projection, await this.#options.store.builds(), true);
      if (!candidate) return;
      model.candidate =
        'resume' in candidate
          ? new ActiveBuild(model.projection, candidate.resume)
          : await this.#create(model, candidate.create);
      this.#launch([model.candidate]);
    });
  }

  /**
   * Reads again what is not in the store any more: a database that crashed takes back what it had not written to its disk yet
   * (`ReadStore.apply`), and one that was restored may be of yesterday. Without writes, nothing else would notice.
   */
  check(): Promise<void> {
    return this.#mutex.run(async () => {
      await this.#lag.look(this.#models);
      const stored = await this.#options.store.builds();
      const isLess = ({ build, position }: ActiveBuild) =>
        (stored.find((one) => sameBuild(one, build))?.checkpoint.position ?? START) < position;
      for (const reader of this.#readers.keys())
        if (reader.builds.some(isLess)) reader.startAgain(new Error('the read store has lost what was written last'));
    });
  }

  /** Resolves when all readers have ended, and a rebuild that was about to start one. */
  async ended(): Promise<void> {
    await this.#mutex.run(() => Promise.resolve());
    await Promise.all(this.#readers.values());
  }

  /** Starts one reader for each position that builds are at. */
  #launch(builds: readonly ActiveBuild[]): void {
    for (const [first, ...more] of Map.groupBy(builds, ({ position }) => position).values()) {
      if (!first) continue;
      const reader = new ProjectionReader([first, ...more], {
        ...this.#options,
        mutex: this.#mutex,
        isEnd: (position) => this.#lag.isEnd(position),
        atEnd: (reader) => this.#atEnd(reader),
        reload: (reader) => this.#reload(reader),
      });
      const ended = reader.run().then(() => {
        this.#readers.delete(reader);
        // A waiter for all readers may have been waiting for this one only.
        this.#options.moved();
      });
      this.#readers.set(reader, ended);
    }
  }

  async #atEnd(reader: ProjectionReader): Promise<void> {
    for (const model of this.#models) {
      const { candidate } = model;
      if (!candidate || !reader.builds.includes(candidate)) continue;
      await this.#mutex.run(async () => {
        // Never go back: the served build may have read on since this reader reached the end.
        if (candidate.position >= model.position) await this.#activate(model);
      });
    }
    this.#merge(reader);
    this.#options.moved();
  }

  async #activate(model: ReadModel): Promise<void> {
    const { candidate } = model;
    if (!candidate) return;
    await this.#options.store.activate(candidate.build);
    this.#replace(model);
    this.#options.logger.info({ projection: model.projection.name }, `${nameOf(candidate.build)} is served`);
  }

  /** The candidate becomes the served build; the replaced build is not written any more. */
  #replace(model: ReadModel): void {
    const replaced = model.swap();
    if (!(replaced instanceof ActiveBuild)) return;
    const reader = this.readerOf(replaced);
    if (!reader) return;
    reader.builds.splice(reader.builds.indexOf(replaced), 1);
    if (reader.builds.length === 0) reader.end();
  }

  /** Moves a reader's builds to another reader at the same position, so that the log is read once for both. */
  #merge(reader: ProjectionReader): void {
    const other = [...this.#readers.keys()].find(
      (other) =>
        other !== reader &&
        other.idle &&
        other.builds.length > 0 &&
        other.failure === undefined &&
        other.checkpoint.position === reader.checkpoint.position,
    );
    if (!other) return;
    other.builds.push(...reader.builds.splice(0));
    reader.end();
  }

  /** After a failure it is unknown what was written. Builds that are now at other positions get readers of their own. */
  async #reload(reader: ProjectionReader): Promise<void> {
    const stored = await this.#options.store.builds();
    const find = (build: ActiveBuild) => stored.find((candidate) => sameBuild(candidate, build.build));
    for (const model of this.#models) if (model.candidate && find(model.candidate)?.served) this.#replace(model);
    for (const build of reader.builds) {
      const found = find(build);
      if (!found) throw new Error(`the tables of ${nameOf(build.build)} are gone`);
      build.reset(found);
    }
    const [first] = reader.builds;
    if (!first) return;
    reader.checkpoint = first.build.checkpoint;
    const elsewhere = reader.builds.filter(({ position }) => position !== first.position);
    for (const build of elsewhere) reader.builds.splice(reader.builds.indexOf(build), 1);
    this.#launch(elsewhere);
  }
}
