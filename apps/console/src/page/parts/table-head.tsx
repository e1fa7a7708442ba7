interface Column {
  readonly title: string;
  /** Figures stand at the right. */
  readonly isNumber: true;
}

/** The head of a table: a title for each column. */
export const TableHead = ({ columns }: { readonly columns: readonly (string | Column)[] }) => (
  <thead>
    <tr>
      {columns.map((column) =>
        typeof column === "string" ? (
          <th key={column} scope="col">
            {column}
          </th>
        ) : (
          <th key={column.title} scope="col" class="number">
            {column.title}
          </th>
        ),
      )}
    </tr>
  </thead>
);

/** The title of a column of figures. */
export const figures = (title: string): Column => ({ title, isNumber: true });
