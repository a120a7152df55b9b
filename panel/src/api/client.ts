import createClient, { type Middleware } from "openapi-fetch";

import { ApiError, refusal } from "@/api/errors";
import type { paths } from "@/api/schema";

const NO_ANSWER = "Dew does not answer. Is dewd running? Start it with: dew up";
const LONGEST_WAIT_MS = 30_000;

/** How a request is sent whose answer may take so long. */
export const fetchWithin = (limitMs: number) => async (request: Request): Promise<Response> => {
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(limitMs)]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(0, "no_answer", NO_ANSWER);
  }
};

/** What is not a success is thrown, so that every query and mutation has it as its error. */
const throwing: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await refusal(response);
  },
};

/** The public API, by the browser's session. Paths, parameters and answers are typed by its description. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: fetchWithin(LONGEST_WAIT_MS) });
api.use(throwing);

/** Return an answer's body. An error was thrown before, so it is there. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}
