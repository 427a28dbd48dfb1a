// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { type ComponentType, StrictMode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { later } from "./later.tsx";

const Greeting = ({ name }: { readonly name: string }) => <p>Hello, {name}</p>;

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("later", () => {
  it("shows nothing until the code is there", async () => {
    let arrived: (component: ComponentType<{ name: string }>) => void = () => {};
    const Slow = later<{ name: string }>(() => new Promise((resolve) => (arrived = resolve)));
    const { container } = render(<Slow name="Ana" />);
    expect(container.innerHTML).toBe("");
    arrived(Greeting);
    expect(await screen.findByText("Hello, Ana")).toBeTruthy();
  });

  it("shows in the first rendering what was loaded before, and fetches it once", async () => {
    const load = vi.fn(async () => Greeting);
    const Ready = later(load);
    await Promise.all([Ready.load(), Ready.load()]);
    await Ready.load();
    const { container } = render(<Ready name="Ana" />);
    expect(container.textContent).toBe("Hello, Ana");
    expect(load.mock.calls.length).toBe(1);
  });

  it("gives an error of the loading to the boundary around it, and tries again for the next", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const load = vi.fn<() => Promise<typeof Greeting>>().mockRejectedValueOnce(new Error("No network."));
    load.mockResolvedValue(Greeting);
    const Broken = later(load);
    const first = render(
      <ErrorBoundary>
        <Broken name="Ana" />
      </ErrorBoundary>,
    );
    expect(await screen.findByRole("main")).toBeTruthy();
    first.unmount();
    render(<Broken name="Ana" />, { wrapper: StrictMode });
    expect(await screen.findByText("Hello, Ana")).toBeTruthy();
  });
});
