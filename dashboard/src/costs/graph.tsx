import { dollars, dollarsIn, tokens } from "../domain/format";
import { Fold } from "../parts/fold";
import { type Point, topOf } from "./series";

const HEIGHT = 160;
const WIDTH = 600;

/** Days as bars. What they say stands in the table under them as well. */
export function DayGraph({ points, kind }: { points: readonly Point[]; kind: string }) {
  const top = topOf(Math.max(...points.map(({ usd }) => usd)));
  const sum = points.reduce((all, { usd }) => all + usd, 0);
  const slot = WIDTH / points.length;
  const first = points[0]?.label;
  const last = points.at(-1)?.label;
  return (
    <figure>
      <div className="flex gap-2">
        <div aria-hidden className="numeric flex flex-col justify-between text-right text-faint text-xs">
          <span>{dollars(top)}</span>
          <span>$0</span>
        </div>
        <svg
          role="img"
          aria-label={`${kind} a day, from ${first} to ${last}: ${dollars(sum)} in all.`}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-40 min-w-0 flex-1 border-b"
        >
          {points.map(({ key, label, usd, tasks }, index) => (
            <g key={key}>
              <title>{`${label}: ${dollars(usd)}, ${tasks} ${tasks === 1 ? "task" : "tasks"}`}</title>
              {/* The whole height answers to the pointer, so that a small bar can be asked too. */}
              <rect
                x={index * slot}
                y={0}
                width={slot}
                height={HEIGHT}
                className="fill-transparent hover:fill-hover"
              />
              <rect
                x={index * slot + slot * 0.15}
                y={HEIGHT - barHeight(usd, top)}
                width={slot * 0.7}
                height={barHeight(usd, top)}
                className="pointer-events-none fill-fill"
              />
            </g>
          ))}
        </svg>
      </div>
      <figcaption aria-hidden className="mt-1 flex justify-between pl-12 text-faint text-xs">
        <span>{first}</span>
        <span>{last}</span>
      </figcaption>
      <Fold name={`table:${kind}`} titleClass="mt-1 min-h-6 w-auto! text-soft text-xs" title="As a table">
        {() => <Breakdown title="Day" points={points.filter(({ tasks }) => tasks > 0)} />}
      </Fold>
    </figure>
  );
}

/** At least a line where there is anything at all. */
function barHeight(usd: number, top: number): number {
  return usd > 0 ? Math.max(2, (usd / top) * HEIGHT) : 0;
}

/** What each has cost, the dearest with the longest bar. */
export function Breakdown({ title, points }: { title: string; points: readonly Point[] }) {
  const most = Math.max(...points.map(({ usd }) => usd), 0);
  const inDollars = dollarsIn(points.map(({ usd }) => usd));
  return (
    <table className="numeric w-full table-fixed text-left">
      <thead className="text-faint text-xs">
        <tr>
          <th scope="col" className="w-1/2 py-1 font-normal">
            {title}
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            Cost
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            Tasks
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            Tokens
          </th>
        </tr>
      </thead>
      <tbody>
        {points.map(({ key, label, usd, tasks, tokens: used }) => (
          <tr key={key} className="border-t">
            <th scope="row" className="py-1.5 pr-3 font-normal">
              <span className="block truncate" title={label}>
                {label}
              </span>
              <svg
                aria-hidden
                viewBox="0 0 100 1"
                preserveAspectRatio="none"
                className="mt-1 block h-1 w-full"
              >
                <rect width={most > 0 ? (usd / most) * 100 : 0} height={1} className="fill-fill" />
              </svg>
            </th>
            <td className="py-1.5 text-right align-top">{inDollars(usd)}</td>
            <td className="py-1.5 text-right align-top text-soft">{tasks}</td>
            <td className="py-1.5 text-right align-top text-soft">{tokens(used)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
