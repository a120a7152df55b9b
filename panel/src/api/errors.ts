/** A refusal or failure, as the API tells it. `status` is 0 when no answer came. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export const isUnauthorized = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

/** What a person is told of an error. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a refused request was told. */
export async function refusal(response: Response): Promise<ApiError> {
  const told: unknown = await response.json().catch(() => null);
  const { id, message } = { id: "", message: "", ...(typeof told === "object" ? told : {}) };
  return new ApiError(response.status, id, message || `Dew answered with status ${response.status}.`);
}
