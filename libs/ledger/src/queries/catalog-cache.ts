import { CATALOGUE_ID, cataloguePublication, timeline, type CatalogueTimeline } from '#catalog';
import type { CommandHandler } from '#event-store';

/** The published catalogs, cached; `refresh` reads new ones from the log. */
export class CatalogCache {
  readonly #handler: CommandHandler;
  #timeline: CatalogueTimeline = timeline([]);

  constructor(handler: CommandHandler) {
    this.#handler = handler;
  }

  get timeline(): CatalogueTimeline {
    return this.#timeline;
  }

  /** Reads what was published since; call it after a publication. */
  async refresh(): Promise<void> {
    const { state } = await this.#handler.load(cataloguePublication, CATALOGUE_ID);
    if (state.length !== this.#timeline.versions.length) this.#timeline = timeline(state);
  }
}
