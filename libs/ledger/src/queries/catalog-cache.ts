import { CATALOGUE_ID, cataloguePublication, timeline, type CatalogueTimeline } from '#catalog';
import type { CommandHandler } from '#event-store';

/** The published catalogs, cached; `refresh` reads new ones from the log. */
export class PriceLists {
  readonly #handling: CommandHandler;
  #timeline: CatalogueTimeline = timeline([]);

  constructor(handling: CommandHandler) {
    this.#handling = handling;
  }

  get timeline(): CatalogueTimeline {
    return this.#timeline;
  }

  /** Reads what was published since; call it after a publication. */
  async refresh(): Promise<void> {
    const { state } = await this.#handling.load(cataloguePublication, CATALOGUE_ID);
    if (state.length !== this.#timeline.versions.length) this.#timeline = timeline(state);
  }
}
