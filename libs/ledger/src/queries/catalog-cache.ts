import { cataloguePublication, timeline, type CatalogueTimeline } from '#catalog';
import type { Handling } from '#event-store';

/** The stream of all published catalogues is `catalog-main`. */
export const CATALOGUE_ID = 'main';

/** The published price lists, kept at hand; read again from the log when told that there is a new one. */
export class PriceLists {
  readonly #handling: Handling;
  #timeline: CatalogueTimeline = timeline([]);

  constructor(handling: Handling) {
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
